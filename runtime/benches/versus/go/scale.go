// What an operation costs with ever more goroutines.

package main

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// As many goroutines as asked for, each of which is there and waits before the clock starts; then share is done by each,
// and the time until all have done it is measured. What the shares return is added up.
func allAtOnce(row string, goroutines, n int, share func(me int) int) {
	gate := make(chan struct{})
	var wg sync.WaitGroup
	var arrived, sum atomic.Int64
	for me := range goroutines {
		wg.Go(func() {
			arrived.Add(1)
			<-gate
			sum.Add(int64(share(me)))
		})
	}
	for arrived.Load() < int64(goroutines) {
		runtime.Gosched()
	}
	start := time.Now()
	close(gate)
	wg.Wait()
	took := time.Since(start)
	line(row, took.Nanoseconds(), n, int(sum.Load()))
}

// n yields, shared by goroutines.
func yieldAll(row string, goroutines, n int) {
	each := n / goroutines
	allAtOnce(row, goroutines, n, func(int) int {
		for range each {
			runtime.Gosched()
		}
		return each
	})
}

// Pairs that send a number there and one more back: n operations, one for each that sends and one for each that answers.
func pairsAll(row string, goroutines, n int) {
	there, back := make([]chan int, goroutines/2), make([]chan int, goroutines/2)
	for i := range there {
		there[i], back[i] = make(chan int), make(chan int)
	}
	each := n / goroutines
	allAtOnce(row, goroutines, n, func(me int) int {
		to, from := there[me/2], back[me/2]
		done := 0
		for i := range each {
			if me%2 == 0 {
				to <- i
				if <-from == i+1 {
					done++
				}
			} else {
				from <- <-to + 1
				done++
			}
		}
		return done
	})
}
