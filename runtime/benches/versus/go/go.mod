module versus

go 1.27
