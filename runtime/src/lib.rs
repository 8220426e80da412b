//! A goroutine runtime: M, P and G with Go's semantics, and a scheduler that explores instead of running.
