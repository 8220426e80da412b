// The cases of ../main.rs in Go, by name, and the interpreter of ../script.rs.
package main

import (
	"fmt"
	"os"
	"runtime"
	"sort"
	"strings"
)

var cases = map[string]func(){}

// add names a case. A name that is there twice is a mistake.
func add(name string, run func()) {
	if cases[name] != nil {
		panic("twice: " + name)
	}
	cases[name] = run
}

// said is what say has gathered: printing at once would be a system call, which may change who runs next.
var said strings.Builder

// say keeps a line until the case has ended.
func say(args ...any) {
	fmt.Fprintln(&said, args...)
}

func sayf(format string, args ...any) {
	fmt.Fprintf(&said, format+"\n", args...)
}

// settle lets everybody else run until they wait.
func settle() {
	for range 100 {
		runtime.Gosched()
	}
}

// recovered gives back what f panicked with, as text.
func recovered(f func()) (text string) {
	text = "no panic"
	defer func() {
		if r := recover(); r != nil {
			text = fmt.Sprint(r)
		}
	}()
	f()
	return
}

// align returns just after a look at the global queue that came first because it was its turn (each 61st time).
func align() {
	stop := false
	var step func()
	step = func() {
		if !stop {
			go step()
			go func() {}()
		}
	}
	step()
	runtime.Gosched()
	stop = true
	for range 3 {
		runtime.Gosched()
	}
}

func main() {
	switch {
	case len(os.Args) == 2 && os.Args[1] == "list":
		var names []string
		for name := range cases {
			names = append(names, name)
		}
		sort.Strings(names)
		fmt.Println(strings.Join(names, "\n"))
	case len(os.Args) == 2 && os.Args[1] == "scripts":
		scripts()
	case len(os.Args) == 3 && os.Args[1] == "case" && cases[os.Args[2]] != nil:
		cases[os.Args[2]]()
		fmt.Print(said.String())
	default:
		fmt.Fprintln(os.Stderr, "usage: list | scripts | case NAME")
		os.Exit(64)
	}
}

// states counts the goroutines that wait for this reason.
func states(reason string) int {
	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	return strings.Count(string(stacks), "["+reason+"]:")
}
