package main

import (
	"fmt"
	"os"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// everyone prints what a dump of all goroutines says.
func everyone() {
	stacks := make([]byte, 1<<20)
	fmt.Print(string(stacks[:runtime.Stack(stacks, true)]))
}

// crowd starts goroutines that wait for different things, and returns when they do.
func crowd() {
	var m sync.Mutex
	m.Lock()
	r, _, err := os.Pipe()
	if err != nil {
		panic(err)
	}
	for _, f := range []func(){
		func() { <-make(chan int) },
		func() { make(chan int) <- 1 },
		func() {
			select {
			case <-make(chan int):
			case <-time.After(time.Hour):
			}
		},
		func() { time.Sleep(time.Hour) },
		m.Lock,
		func() {
			runtime.LockOSThread()
			<-make(chan int)
		},
		func() { r.Read(make([]byte, 1)) },
	} {
		go f()
		settle()
	}
	for states("IO wait") == 0 || states("chan receive, locked to thread") == 0 {
		settle()
	}
}

func init() {
	add("dump/main_alone", func() { everyone() })
	add("dump/by_a_goroutine", func() {
		done := make(chan bool)
		go func() {
			for states("chan receive") == 0 {
				settle()
			}
			everyone()
			done <- true
		}()
		<-done
	})
	add("dump/a_crowd", func() {
		crowd()
		everyone()
	})
	add("dump/some_that_can_run", func() {
		for range 2 {
			go func() { <-make(chan int) }()
		}
		everyone()
		settle()
		go func() { <-make(chan int) }()
		everyone()
	})
	add("dump/after_some_have_ended", func() {
		for i := range 4 {
			go func() {
				if i%2 == 0 {
					<-make(chan int)
				}
			}()
		}
		settle()
		go func() { select {} }()
		settle()
		everyone()
	})
	add("dump/panic_with_others_about", func() {
		crowd()
		panic("with others about")
	})
	add("dump/fatal_error_with_others_about", func() {
		crowd()
		m := sync.Mutex{}
		m.Unlock()
	})
	add("dump/traceback_none", func() { panic("boom") })
	add("dump/traceback_none_deadlock", func() { <-make(chan int) })
	add("dump/traceback_none_fatal", func() { (&sync.Mutex{}).Unlock() })
	add("dump/traceback_all", func() {
		crowd()
		panic("boom")
	})
	add("dump/traceback_number_2", func() {
		go func() { <-make(chan int) }()
		for states("chan receive") == 0 {
			settle()
		}
		panic("boom")
	})
	add("dump/traceback_single_fatal", func() {
		go func() { <-make(chan int) }()
		settle()
		(&sync.Mutex{}).Unlock()
	})
	add("dump/sigquit", func() {
		go func() { <-make(chan int) }()
		for states("chan receive") == 0 {
			settle()
		}
		syscall.Kill(syscall.Getpid(), syscall.SIGQUIT)
		for {
		}
	})
	add("godebug/schedtrace", func() { time.Sleep(60 * time.Millisecond) })
	add("godebug/scheddetail", func() {
		go func() { <-make(chan int) }()
		time.Sleep(60 * time.Millisecond)
	})
	add("godebug/nonsense", func() { say("nobody minds") })
}
