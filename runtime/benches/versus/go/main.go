// The works on Go. Called with WORK PROCS N, it prints ROW VALUE OPS CHECKSUM, as the programs in Rust do.
package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/trace"
	"strconv"
	"strings"
	"time"
)

// The exit code that says: this program has no such work.
const notThere = 64

var works = map[string]func(n int) int{
	"spawn":         spawn,
	"gosched2":      func(n int) int { return gosched(2, n) },
	"gosched1000":   func(n int) int { return gosched(1000, n) },
	"waitgroup":     fanOut,
	"skynet":        skynet,
	"timers":        timers,
	"timerstop":     timerStop,
	"blocking":      blocking,
	"preempt":       preempt,
	"pingpong":      pingPong,
	"chan1":         func(n int) int { return items(1, n) },
	"chan4":         func(n int) int { return items(4, n) },
	"select4":       func(n int) int { return selectFour(128, n) },
	"select4u":      func(n int) int { return selectFour(0, n) },
	"selectdefault": selectDefault,
	"sieve":         sieve,
	"mutex1":        func(n int) int { return mutex(1, n) },
	"mutex8":        func(n int) int { return mutex(8, n) },
	"rwmutex8":      rwmutex,
	"cond":          cond,
	"barrier":       barrier,
	"context":       contextTree,
}

func main() {
	if len(os.Args) != 4 {
		panic("wanted WORK PROCS N")
	}
	name := os.Args[1]
	procs, err := strconv.Atoi(os.Args[2])
	if err != nil {
		panic(err)
	}
	n, err := strconv.Atoi(os.Args[3])
	if err != nil {
		panic(err)
	}
	runtime.GOMAXPROCS(procs)
	if path := os.Getenv("VERSUS_TRACED"); path != "" {
		file, err := os.Create(path)
		if err != nil {
			panic(err)
		}
		if err := trace.Start(file); err != nil {
			panic(err)
		}
		defer trace.Stop()
	}
	switch name {
	case "parked":
		parked(n)
	case "echo":
		echo()
	default:
		if kind, size, scaled := strings.Cut(name, "/"); scaled {
			goroutines, err := strconv.Atoi(size)
			if err != nil {
				panic(err)
			}
			switch kind {
			case "yield":
				yieldAll(name, goroutines, n)
			case "pairs":
				pairsAll(name, goroutines, n)
			default:
				os.Exit(notThere)
			}
			return
		}
		work := works[name]
		if work == nil {
			os.Exit(notThere)
		}
		work(n / 10)
		start := time.Now()
		sum := work(n)
		line(name, time.Since(start).Nanoseconds(), n, sum)
	}
}

// One result.
func line(row string, value int64, ops, sum int) {
	fmt.Println(row, value, ops, sum)
}

// Ends the program: a result is wrong.
func check(right bool, what string) {
	if !right {
		panic("wrong result: " + what)
	}
}
