package main

import (
	"fmt"
	"sync"
)

func init() {
	add("chan/length_and_capacity", func() {
		ch := make(chan int, 3)
		say(len(ch), cap(ch))
		ch <- 1
		ch <- 2
		say(len(ch), cap(ch))
		<-ch
		say(len(ch), cap(ch))
		close(ch)
		say(len(ch), cap(ch))
		unbuffered := make(chan int)
		say(len(unbuffered), cap(unbuffered))
		var none chan int
		say(len(none), cap(none))
	})
	add("chan/closed_with_values_left", func() {
		ch := make(chan string, 4)
		ch <- "a"
		ch <- "b"
		close(ch)
		for range 4 {
			v, ok := <-ch
			sayf("%q %v", v, ok)
		}
		for v := range ch {
			say("never", v)
		}
	})
	add("chan/misuse_recovered", func() {
		ch := make(chan int, 1)
		close(ch)
		say(recovered(func() { ch <- 1 }))
		say(recovered(func() { close(ch) }))
		say(recovered(func() { close((chan int)(nil)) }))
		say(recovered(func() {
			select {
			case ch <- 1:
			default:
				say("not this one")
			}
		}))
		v, ok := <-ch
		say(v, ok)
	})
	add("chan/nil_is_never_ready", func() {
		var none chan int
		select {
		case v := <-none:
			say("received", v)
		case none <- 1:
			say("sent")
		default:
			say("neither")
		}
		say(none == nil)
	})
	add("chan/a_blocked_sender_meets_close", func() {
		ch := make(chan int)
		result := make(chan string)
		for range 2 {
			go func() { result <- recovered(func() { ch <- 1 }) }()
		}
		for waiting := 0; waiting < 2; {
			settle()
			waiting = states("chan send")
		}
		close(ch)
		say(<-result)
		say(<-result)
	})
	add("chan/sent_and_received_without_waiting", func() {
		ch := make(chan int, 1)
		try := func(v int) bool {
			select {
			case ch <- v:
				return true
			default:
				return false
			}
		}
		say(try(1), try(2))
		select {
		case v, ok := <-ch:
			say(v, ok)
		default:
			say("empty")
		}
		select {
		case v, ok := <-ch:
			say(v, ok)
		default:
			say("empty")
		}
		close(ch)
		select {
		case v, ok := <-ch:
			say(v, ok)
		default:
			say("empty")
		}
	})
	add("chan/identity", func() {
		a, b := make(chan int), make(chan int)
		c := a
		say(a == b, a == c, (<-chan int)(a) == (<-chan int)(c), (chan<- int)(a) == (chan<- int)(b))
	})
	add("chan/channels_of_channels", func() {
		requests := make(chan chan string)
		go func() {
			n := 0
			for answer := range requests {
				n++
				answer <- fmt.Sprint("answer ", n)
			}
		}()
		for range 3 {
			answer := make(chan string)
			requests <- answer
			say(<-answer)
		}
		close(requests)
	})
	add("chan/every_value_once", func() {
		const each = 1000
		ch := make(chan int, 7)
		var senders, receivers sync.WaitGroup
		var mu sync.Mutex
		sum, count := 0, 0
		for s := range 5 {
			senders.Go(func() {
				for i := range each {
					ch <- s*each + i
				}
			})
		}
		for range 3 {
			receivers.Go(func() {
				for v := range ch {
					mu.Lock()
					sum += v
					count++
					mu.Unlock()
				}
			})
		}
		senders.Wait()
		close(ch)
		receivers.Wait()
		say(sum, count)
	})
	add("chan/first_in_first_out", func() {
		ch := make(chan int, 4)
		for round := range 3 {
			for i := range 4 {
				ch <- round*4 + i
			}
			for range 4 {
				say(<-ch)
			}
		}
	})
	add("chan/values_without_a_size", func() {
		ch := make(chan struct{}, 2)
		ch <- struct{}{}
		ch <- struct{}{}
		close(ch)
		n := 0
		for range ch {
			n++
		}
		_, ok := <-ch
		say(n, ok)
	})
	add("chan/sieve_of_primes", func() {
		ch := make(chan int)
		go func(numbers chan<- int) {
			for i := 2; ; i++ {
				numbers <- i
			}
		}(ch)
		for range 20 {
			prime := <-ch
			say(prime)
			next := make(chan int)
			go func(from <-chan int, to chan<- int) {
				for v := range from {
					if v%prime != 0 {
						to <- v
					}
				}
			}(ch, next)
			ch = next
		}
	})
	add("chan/send_on_closed_ends_the_program", func() {
		ch := make(chan int)
		close(ch)
		ch <- 1
	})
	add("chan/close_of_closed_ends_the_program", func() {
		ch := make(chan int)
		close(ch)
		close(ch)
	})
	add("chan/close_of_nil_ends_the_program", func() {
		var ch chan int
		close(ch)
	})
	add("chan/a_sender_that_close_ends_is_a_panic_elsewhere", func() {
		ch := make(chan int)
		go func() { ch <- 1 }()
		for states("chan send") == 0 {
			settle()
		}
		close(ch)
		<-make(chan int)
	})
}
