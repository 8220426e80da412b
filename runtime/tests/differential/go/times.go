package main

import (
	"math"
	"runtime"
	"time"
)

const ms = time.Millisecond

func ready[T any](ch <-chan T) bool {
	select {
	case <-ch:
		return true
	default:
		return false
	}
}

func init() {
	add("time/timer_stopped_in_time", func() {
		t := time.NewTimer(time.Hour)
		say(len(t.C), cap(t.C), ready(t.C))
		say(t.Stop(), t.Stop(), ready(t.C))
		say(t.Reset(time.Hour), t.Reset(time.Hour), t.Stop())
	})
	add("time/timer_that_nobody_looked_at", func() {
		t := time.NewTimer(ms)
		time.Sleep(5 * ms)
		say(len(t.C), ready(t.C), ready(t.C), t.Stop())
		t.Reset(ms)
		time.Sleep(5 * ms)
		say(t.Stop(), ready(t.C))
		t.Reset(ms)
		time.Sleep(5 * ms)
		say(t.Reset(time.Hour), ready(t.C), t.Stop())
	})
	add("time/timer_waited_for_and_stopped", func() {
		t := time.NewTimer(time.Hour)
		got := make(chan bool)
		go func() {
			select {
			case <-t.C:
				got <- true
			case <-time.After(10 * ms):
				got <- false
			}
		}()
		for states("select") == 0 {
			settle()
		}
		say(t.Stop(), <-got)
		t.Reset(ms)
		<-t.C
		say("fired")
	})
	add("time/timer_with_nothing_to_wait_for", func() {
		for _, d := range []time.Duration{0, 1} {
			t := time.NewTimer(d)
			<-t.C
			say(t.Stop(), ready(t.C))
		}
		time.Sleep(0)
		<-time.After(0)
		say("at once")
	})
	add("time/extreme_durations", func() {
		t := time.NewTimer(math.MaxInt64)
		say(ready(t.C), t.Reset(math.MaxInt64), t.Stop())
		f := time.AfterFunc(math.MaxInt64, func() { say("never") })
		say(f.Stop(), f.Stop())
		ticker := time.NewTicker(math.MaxInt64)
		say(ready(ticker.C))
		ticker.Stop()
	})
	add("time/function_stopped_and_reset", func() {
		ran := make(chan int, 10)
		f := time.AfterFunc(time.Hour, func() { ran <- 1 })
		say(f.Stop(), f.Stop(), f.Reset(ms))
		<-ran
		say(f.Stop(), f.Reset(ms))
		<-ran
		say(f.Reset(time.Hour), f.Stop(), len(ran))
		say(f.C == nil)
	})
	add("time/ticker", func() {
		t := time.NewTicker(3 * ms)
		for range 3 {
			<-t.C
		}
		say(len(t.C), cap(t.C))
		t.Stop()
		time.Sleep(8 * ms)
		say(ready(t.C))
		t.Reset(2 * ms)
		<-t.C
		t.Reset(time.Hour)
		say(ready(t.C))
	})
	add("time/ticker_read_too_late", func() {
		t := time.NewTicker(2 * ms)
		time.Sleep(15 * ms)
		n := 0
		for ready(t.C) {
			n++
		}
		t.Stop()
		say(n)
	})
	add("time/ticker_without_interval", func() {
		say(recovered(func() { time.NewTicker(0) }))
		t := time.NewTicker(time.Hour)
		say(recovered(func() { t.Reset(0) }))
		say(time.Tick(0) == nil)
	})
	add("time/ticker_without_interval_ends_the_program", func() { time.NewTicker(0) })
	add("time/a_stopped_timer_is_a_deadlock", func() {
		t := time.NewTimer(time.Hour)
		t.Stop()
		<-t.C
	})
	add("time/a_stopped_ticker_is_a_deadlock", func() {
		t := time.NewTicker(ms)
		<-t.C
		t.Stop()
		<-t.C
	})
	add("time/a_timer_received_twice_is_a_deadlock", func() {
		t := time.After(ms)
		<-t
		<-t
	})
	add("time/sleepers_are_no_deadlock", func() {
		ch := make(chan int)
		go func() {
			time.Sleep(10 * ms)
			ch <- 1
		}()
		say(<-ch)
	})
	add("time/functions_in_the_order_of_their_times", func() {
		done := make(chan int)
		for _, n := range []int{150, 50, 100} {
			time.AfterFunc(time.Duration(n)*ms, func() { done <- n })
		}
		say(<-done, <-done, <-done)
	})
	add("time/functions_are_goroutines_of_their_own", func() {
		block, done := make(chan int), make(chan bool)
		time.AfterFunc(ms, func() { <-block })
		time.AfterFunc(2*ms, func() { done <- true })
		say(<-done)
		say(runtime.NumGoroutine() >= 2)
		close(block)
	})
	add("time/several_who_wait_for_one_timer", func() {
		t := time.NewTimer(5 * ms)
		got := make(chan bool)
		for range 3 {
			go func() {
				<-t.C
				got <- true
			}()
		}
		<-got
		time.Sleep(5 * ms)
		say(ready(got))
		t.Reset(ms)
		<-got
		t.Reset(ms)
		<-got
		say("each once")
	})
	add("time/at_least_so_long", func() {
		for _, d := range []time.Duration{ms, 3 * ms, 7 * ms} {
			start := time.Now()
			time.Sleep(d)
			slept := time.Since(start)
			start = time.Now()
			<-time.After(d)
			say(slept >= d, time.Since(start) >= d)
		}
	})
	add("time/ticker_reset_to_nothing_ends_the_program", func() {
		time.NewTicker(time.Hour).Reset(0)
	})
	add("time/function_that_sets_itself_again", func() {
		ran, timer := make(chan bool), make(chan *time.Timer, 1)
		t := time.AfterFunc(time.Hour, func() {
			t := <-timer
			say(t.Reset(time.Hour))
			ran <- t.Stop()
		})
		for range 2 {
			timer <- t
			say(t.Reset(ms))
			say(<-ran)
		}
	})
}
