// Starting, yielding, waiting, blocking.

package main

import (
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// Waves of 1,000 goroutines that do nothing.
func spawn(n int) int {
	var wg sync.WaitGroup
	for range n / 1000 {
		for range 1000 {
			wg.Go(func() {})
		}
		wg.Wait()
	}
	return n
}

// n yields, shared by goroutines.
func gosched(goroutines, n int) int {
	var wg sync.WaitGroup
	var sum atomic.Int64
	for range goroutines {
		wg.Go(func() {
			for range n / goroutines {
				runtime.Gosched()
			}
			sum.Add(int64(n / goroutines))
		})
	}
	wg.Wait()
	return int(sum.Load())
}

// 1,000 goroutines that each add their number, and are waited for; n / 1,000 times.
func fanOut(n int) int {
	var sum atomic.Int64
	for range n / 1000 {
		var wg sync.WaitGroup
		for i := range 1000 {
			wg.Go(func() { sum.Add(int64(i)) })
		}
		wg.Wait()
	}
	return int(sum.Load())
}

func node(up chan int, number, size int) {
	if size == 1 {
		up <- number
		return
	}
	sums := make(chan int)
	for i := range 10 {
		go node(sums, number+i*(size/10), size/10)
	}
	sum := 0
	for range 10 {
		sum += <-sums
	}
	up <- sum
}

// A tree of goroutines, ten below each, n leaves; each tells its parent the sum below it.
func skynet(n int) int {
	sums := make(chan int)
	go node(sums, 0, n)
	return <-sums
}

// The bytes that this process occupies, its page tables included.
func resident() int64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		panic(err)
	}
	var sum int64
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "VmRSS:") || strings.HasPrefix(line, "VmPTE:") {
			kib, err := strconv.ParseInt(strings.Fields(line)[1], 10, 64)
			if err != nil {
				panic(err)
			}
			sum += kib * 1024
		}
	}
	return sum
}

// n goroutines that wait for one channel, until it is closed.
func parked(n int) {
	gate := make(chan struct{})
	var wg sync.WaitGroup
	var arrived, left atomic.Int64
	before := resident()
	start := time.Now()
	for range n {
		wg.Go(func() {
			arrived.Add(1)
			<-gate
			left.Add(1)
		})
	}
	for arrived.Load() < int64(n) {
		runtime.Gosched()
	}
	created := time.Since(start)
	bytes := max(0, resident()-before)
	start = time.Now()
	close(gate)
	wg.Wait()
	woken := time.Since(start)
	sum := int(left.Load())
	line("parked-create", created.Nanoseconds(), n, sum)
	line("parked-wake", woken.Nanoseconds(), n, sum)
	line("parked-bytes", bytes, n, sum)
}

// n goroutines that each sleep 1 to 100 ms.
func timers(n int) int {
	var wg sync.WaitGroup
	var fired atomic.Int64
	for i := range n {
		wg.Go(func() {
			start, d := time.Now(), time.Duration(1+i%100)*time.Millisecond
			time.Sleep(d)
			check(time.Since(start) >= d, "too early")
			fired.Add(1)
		})
	}
	wg.Wait()
	return int(fired.Load())
}

// Timers by the thousand, made, set anew and stopped before they fire; n timers.
func timerStop(n int) int {
	stopped := 0
	for range n / 1000 {
		var all [1000]*time.Timer
		for i := range all {
			all[i] = time.AfterFunc(time.Hour+time.Duration(i)*time.Second, func() {})
		}
		for i, t := range all {
			t.Reset(2*time.Hour - time.Duration(i)*time.Second)
		}
		for _, t := range all {
			if t.Stop() {
				stopped++
			}
		}
	}
	return stopped
}

// 100 goroutines that share n calls, each of which blocks its thread for a millisecond.
func blocking(n int) int {
	var wg sync.WaitGroup
	var calls atomic.Int64
	for range 100 {
		wg.Go(func() {
			for range n / 100 {
				left := syscall.Timespec{Nsec: 1_000_000}
				// A signal may end the call early.
				for syscall.Nanosleep(&left, &left) == syscall.EINTR {
				}
				calls.Add(1)
			}
		})
	}
	wg.Wait()
	return int(calls.Load())
}

// A loop without calls, until another goroutine ran; n times.
func preempt(n int) int {
	for range n {
		var ran atomic.Bool
		go ran.Store(true)
		for !ran.Load() {
		}
	}
	return n
}
