// Locks, and waiting for a condition.

package main

import "sync"

// n additions under one lock, shared by goroutines.
func mutex(goroutines, n int) int {
	var mu sync.Mutex
	var wg sync.WaitGroup
	sum := 0
	for range goroutines {
		wg.Go(func() {
			for range n / goroutines {
				mu.Lock()
				sum++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return sum
}

// Where what was read goes, so that reading is not left out.
var sink [8]struct {
	seen int
	_    [56]byte
}

// n looks at a number by 8 goroutines, each tenth of them an addition.
func rwmutex(n int) int {
	var mu sync.RWMutex
	var wg sync.WaitGroup
	sum := 0
	for me := range 8 {
		wg.Go(func() {
			for i := range n / 8 {
				if i%10 == 0 {
					mu.Lock()
					sum++
					mu.Unlock()
				} else {
					mu.RLock()
					sink[me].seen = sum
					mu.RUnlock()
				}
			}
		})
	}
	wg.Wait()
	return sum
}

// Two goroutines in turn: each waits until it is its turn, and signals the other. n turns.
func cond(n int) int {
	var mu sync.Mutex
	changed := sync.NewCond(&mu)
	var wg sync.WaitGroup
	turn := 0
	for me := range 2 {
		wg.Go(func() {
			for range n / 2 {
				mu.Lock()
				for turn%2 != me {
					changed.Wait()
				}
				turn++
				changed.Signal()
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return turn
}

// 100 goroutines wait for one another, again and again: n arrivals, the last of each hundred wakes the others.
func barrier(n int) int {
	var mu sync.Mutex
	changed := sync.NewCond(&mu)
	var wg sync.WaitGroup
	arrived := 0
	for range 100 {
		wg.Go(func() {
			for round := 1; round <= n/100; round++ {
				mu.Lock()
				arrived++
				if arrived == round*100 {
					changed.Broadcast()
				}
				for arrived < round*100 {
					changed.Wait()
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return arrived
}
