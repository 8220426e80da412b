package main

import (
	"fmt"
	"reflect"
	"time"
)

func init() {
	add("select/one_ready_case", func() {
		a, b, c := make(chan int, 1), make(chan int, 1), make(chan int)
		b <- 5
		select {
		case v := <-a:
			say("a", v)
		case v, ok := <-b:
			say("b", v, ok)
		case c <- 1:
			say("c")
		}
		select {
		case v := <-b:
			say("b", v)
		case a <- 7:
			say("sent", len(a))
		}
	})
	add("select/default_only_if_nothing_is_ready", func() {
		ch := make(chan int, 1)
		for range 3 {
			select {
			case v := <-ch:
				say("received", v)
			default:
				say("nothing")
				ch <- 9
			}
		}
		select {
		default:
			say("alone")
		}
	})
	add("select/a_closed_channel_is_ready", func() {
		ch := make(chan int, 1)
		ch <- 1
		close(ch)
		for range 3 {
			select {
			case v, ok := <-ch:
				say(v, ok)
			case <-make(chan int):
			}
		}
	})
	add("select/send_to_closed_recovered", func() {
		ch := make(chan int)
		close(ch)
		say(recovered(func() {
			select {
			case ch <- 1:
			case <-make(chan int):
			}
		}))
	})
	add("select/what_is_evaluated_and_in_which_order", func() {
		name := func(n string, ch chan int) chan int {
			say("channel", n)
			return ch
		}
		value := func(v int) int {
			say("value", v)
			return v
		}
		ready := make(chan int, 1)
		select {
		case <-name("a", nil):
		case name("b", nil) <- value(1):
		case name("c", ready) <- value(2):
			say("sent", <-ready)
		case <-name("d", nil):
		}
	})
	add("select/left_from_within", func() {
		ch := make(chan int, 10)
		for i := range 10 {
			ch <- i
		}
		close(ch)
		sum := 0
		f := func() string {
		loop:
			for {
				select {
				case v, ok := <-ch:
					switch {
					case !ok:
						break loop
					case v == 3:
						continue loop
					case v == 8:
						return "at eight"
					}
					sum += v
				}
			}
			return "to the end"
		}
		say(f(), sum)
		say(f(), sum)
	})
	add("select/the_same_channel_twice", func() {
		ch := make(chan int, 1)
		sent, received := 0, 0
		for range 100 {
			select {
			case ch <- 1:
				sent++
			case <-ch:
				received++
			case <-ch:
				received++
			}
		}
		say(sent, received)
	})
	add("select/fair_among_the_ready", func() {
		a, b, c := make(chan int), make(chan int), make(chan int)
		close(a)
		close(b)
		close(c)
		var n [3]int
		for range 3000 {
			select {
			case <-a:
				n[0]++
			case <-b:
				n[1]++
			case <-c:
				n[2]++
			}
		}
		for _, n := range n {
			say(n > 800 && n < 1200)
		}
	})
	add("select/a_loser_leaves_no_trace", func() {
		a, b := make(chan int), make(chan int)
		done := make(chan int)
		go func() {
			select {
			case v := <-a:
				done <- v
			case b <- 5:
				done <- -1
			}
		}()
		for states("select") == 0 {
			settle()
		}
		a <- 1
		say(<-done)
		select {
		case v := <-b:
			say("a trace", v)
		case a <- 2:
			say("a trace")
		default:
			say("none")
		}
	})
	add("select/a_time_limit", func() {
		select {
		case <-make(chan int):
			say("never")
		case <-time.After(5 * time.Millisecond):
			say("too late")
		}
		soon := make(chan int, 1)
		go func() { soon <- 1 }()
		select {
		case v := <-soon:
			say("in time", v)
		case <-time.After(time.Hour):
			say("never")
		}
	})
	add("select/cases_known_at_run_time", func() {
		var chans []chan int
		var cases []reflect.SelectCase
		for range 20 {
			ch := make(chan int, 1)
			chans = append(chans, ch)
			cases = append(cases, reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(ch)})
		}
		for _, i := range []int{13, 0, 19} {
			chans[i] <- i * i
			n, v, ok := reflect.Select(cases)
			say(n, v.Int(), ok)
		}
		close(chans[7])
		n, _, ok := reflect.Select(cases)
		say(n, ok)
		cases[7].Chan = reflect.ValueOf((chan int)(nil))
		withDefault := append(cases, reflect.SelectCase{Dir: reflect.SelectDefault})
		n, _, _ = reflect.Select(withDefault)
		say(n)
		toSend := reflect.SelectCase{Dir: reflect.SelectSend, Chan: reflect.ValueOf(chans[3]), Send: reflect.ValueOf(33)}
		n, _, _ = reflect.Select([]reflect.SelectCase{{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(chans[4])}, toSend})
		say(n, <-chans[3])
	})
	add("select/a_thousand_cases", func() {
		var chans []chan int
		var cases []reflect.SelectCase
		for range 1000 {
			ch := make(chan int)
			chans = append(chans, ch)
			cases = append(cases, reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(ch)})
		}
		done := make(chan int)
		go func() {
			sum := 0
			for range 50 {
				n, v, _ := reflect.Select(cases)
				sum += n * int(v.Int())
			}
			done <- sum
		}()
		for i := range 49 {
			chans[i*20] <- i
		}
		close(chans[999])
		say(<-done)
		left := 0
		for _, ch := range chans[:999] {
			select {
			case ch <- 1:
				left++
			default:
			}
		}
		say(left)
	})
	add("select/send_to_closed_ends_the_program", func() {
		ch := make(chan int)
		close(ch)
		select {
		case ch <- 1:
		case <-make(chan int):
		}
	})
	add("select/two_who_select_meet", func() {
		ch, never, other := make(chan string), make(chan string), make(chan string)
		done := make(chan bool)
		go func() {
			for i := range 3 {
				select {
				case ch <- fmt.Sprint("message ", i):
				case <-other:
				}
			}
			done <- true
		}()
		for range 3 {
			select {
			case v := <-ch:
				say(v)
			case never <- "":
			}
		}
		<-done
	})
}
