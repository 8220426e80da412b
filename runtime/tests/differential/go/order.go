package main

import (
	"os"
	"runtime"
	"sync"
	"time"
)

func init() {
	add("order/spawned_in_a_loop", func() {
		var wg sync.WaitGroup
		for i := range 10 {
			wg.Add(1)
			go func() {
				say("runs", i)
				wg.Done()
			}()
		}
		wg.Wait()
		say("waited")
	})
	add("order/spawned_by_the_spawned", func() {
		var wg sync.WaitGroup
		for i := range 3 {
			wg.Go(func() {
				say("outer", i)
				for j := range 3 {
					wg.Go(func() { say("inner", i, j) })
				}
				say("outer", i, "ends")
			})
		}
		wg.Wait()
	})
	add("order/more_than_a_queue_holds", func() {
		align()
		var order []int
		for i := range 700 {
			go func() { order = append(order, i) }()
		}
		for range 20 {
			runtime.Gosched()
		}
		say(order)
	})
	add("order/yielding_in_turn", func() {
		align()
		for i := range 4 {
			go func() {
				for round := range 3 {
					say(i, "in round", round)
					runtime.Gosched()
				}
			}()
		}
		settle()
	})
	add("order/the_global_queue_comes_in_time", func() {
		align()
		stop := false
		turns := 0
		var again func()
		again = func() {
			turns++
			if !stop {
				go again()
				go func() {}()
			}
		}
		go again()
		for range 3 {
			runtime.Gosched()
			say("after", turns)
		}
		stop = true
		settle()
	})
	add("order/two_who_talk_share_a_turn", func() {
		ping, pong := make(chan int), make(chan int)
		go func() { say("the third one") }()
		go func() {
			for v := range ping {
				pong <- v + 1
			}
			say("answered all")
		}()
		for i := range 50 {
			ping <- i
			<-pong
		}
		close(ping)
		say("asked all")
		settle()
	})
	add("order/unbuffered_pair", func() {
		ch := make(chan int)
		go func() {
			for i := range 5 {
				ch <- i
				say("sent", i)
			}
			close(ch)
		}()
		for v := range ch {
			say("received", v)
		}
	})
	for _, size := range []struct {
		name string
		cap  int
	}{{"order/buffered_1", 1}, {"order/buffered_3", 3}} {
		add(size.name, func() {
			ch := make(chan int, size.cap)
			done := make(chan bool)
			go func() {
				for v := range ch {
					say("received", v)
				}
				done <- true
			}()
			for i := range 8 {
				ch <- i
				say("sent", i)
			}
			close(ch)
			<-done
		})
	}
	add("order/producers_and_consumers", func() {
		ch := make(chan [2]int, 2)
		var producers, consumers sync.WaitGroup
		for p := range 3 {
			producers.Go(func() {
				for i := range 4 {
					ch <- [2]int{p, i}
				}
				say("producer", p, "ends")
			})
		}
		for c := range 2 {
			consumers.Go(func() {
				for v := range ch {
					say("consumer", c, "has", v[0], v[1])
				}
				say("consumer", c, "ends")
			})
		}
		producers.Wait()
		close(ch)
		consumers.Wait()
	})
	add("order/stages_of_a_pipeline", func() {
		stage := func(name string, in <-chan int, f func(int) int) <-chan int {
			out := make(chan int)
			go func() {
				for v := range in {
					say(name, v)
					out <- f(v)
				}
				close(out)
				say(name, "ends")
			}()
			return out
		}
		source := make(chan int)
		go func() {
			for i := range 4 {
				source <- i
			}
			close(source)
		}()
		twice := stage("doubles", source, func(v int) int { return 2 * v })
		more := stage("adds", twice, func(v int) int { return v + 1 })
		for v := range more {
			say("out", v)
		}
		settle()
	})
	add("order/who_waits_for_a_group", func() {
		var wg sync.WaitGroup
		wg.Add(2)
		for i := range 5 {
			go func() {
				wg.Wait()
				say("waiter", i)
			}()
			settle()
		}
		go func() {
			wg.Done()
			say("done once")
			wg.Done()
			say("done twice")
		}()
		wg.Wait()
		say("main")
		settle()
	})
	add("order/a_mutex_is_handed_on", func() {
		var m sync.Mutex
		m.Lock()
		for i := range 4 {
			go func() {
				m.Lock()
				say(i, "has it")
				runtime.Gosched()
				m.Unlock()
				say(i, "gave it back")
			}()
		}
		runtime.Gosched()
		m.Unlock()
		say("main gave it back")
		settle()
	})
	add("order/a_mutex_is_taken_by_who_runs", func() {
		var m sync.Mutex
		m.Lock()
		for i := range 3 {
			go func() {
				m.Lock()
				say(i, "has it")
				m.Unlock()
			}()
			settle()
		}
		m.Unlock()
		m.Lock()
		say("main has it again")
		go func() {
			m.Lock()
			say("the latecomer has it")
			m.Unlock()
		}()
		settle()
		m.Unlock()
		settle()
	})
	add("order/a_mutex_that_starves", func() {
		var m sync.Mutex
		m.Lock()
		for i := range 3 {
			go func() {
				m.Lock()
				say(i, "has it")
				m.Unlock()
				say(i, "gave it back")
			}()
			settle()
		}
		spin(3 * time.Millisecond)
		m.Unlock()
		m.Lock()
		say("main has it again")
		runtime.Gosched()
		m.Unlock()
		say("main gave it back")
		go func() {
			m.Lock()
			say("the latecomer has it")
			m.Unlock()
		}()
		m.Lock()
		say("main has it for the third time")
		m.Unlock()
		settle()
	})
	add("order/readers_and_writers", func() {
		var rw sync.RWMutex
		rw.RLock()
		for i := range 3 {
			go func() {
				rw.Lock()
				say("writer", i)
				rw.Unlock()
				say("writer", i, "ends")
			}()
			settle()
			for j := range 2 {
				go func() {
					rw.RLock()
					say("reader", i, j)
					rw.RUnlock()
				}()
				settle()
			}
		}
		rw.RUnlock()
		say("main ends")
		settle()
	})
	add("order/a_condition", func() {
		var m sync.Mutex
		c := sync.NewCond(&m)
		for i := range 5 {
			go func() {
				m.Lock()
				c.Wait()
				say("woken", i)
				m.Unlock()
			}()
			settle()
		}
		c.Signal()
		c.Signal()
		say("signalled twice")
		settle()
		m.Lock()
		c.Broadcast()
		say("broadcast")
		m.Unlock()
		settle()
	})
	add("order/closing_wakes_all", func() {
		ch := make(chan int)
		for i := range 6 {
			go func() {
				if i%2 == 0 {
					<-ch
				} else {
					select {
					case <-ch:
					case <-make(chan int):
					}
				}
				say("woken", i)
			}()
			settle()
		}
		close(ch)
		say("closed")
		settle()
	})
	add("order/selects_stand_in_two_queues", func() {
		a, b := make(chan int), make(chan int)
		for i := range 4 {
			go func() {
				select {
				case v := <-a:
					say(i, "from a", v)
				case v := <-b:
					say(i, "from b", v)
				}
			}()
			settle()
		}
		b <- 1
		a <- 2
		a <- 3
		b <- 4
		say("sent all")
		settle()
	})
	add("order/once_and_those_who_come_meanwhile", func() {
		var once sync.Once
		for i := range 4 {
			go func() {
				once.Do(func() {
					say(i, "runs it")
					settle()
					say(i, "ran it")
				})
				say(i, "goes on")
			}()
		}
		settle()
		settle()
	})
	add("order/sleepers_by_their_time", func() {
		var wg sync.WaitGroup
		for _, ms := range []int{200, 50, 150, 100, 0} {
			wg.Go(func() {
				time.Sleep(time.Duration(ms) * time.Millisecond)
				say("slept", ms)
			})
		}
		wg.Wait()
	})
	add("order/sleepers_all_due_at_once", func() {
		start := time.Now()
		for i := range 5 {
			go func() {
				time.Sleep(until(start, 6000+100*i))
				say("woken", i)
			}()
		}
		runtime.Gosched()
		spin(until(start, 9000))
		runtime.Gosched()
		settle()
	})
	add("order/timers_all_due_at_once", func() {
		start := time.Now()
		var timers []*time.Timer
		for i := range 4 {
			t := time.NewTimer(until(start, 6000+100*i))
			timers = append(timers, t)
			go func() {
				<-t.C
				say("timer", i)
			}()
			time.AfterFunc(until(start, 6050+100*i), func() { say("function", i) })
		}
		runtime.Gosched()
		spin(until(start, 9000))
		runtime.Gosched()
		settle()
	})
	add("order/pipes_all_ready_at_once", func() {
		var wg sync.WaitGroup
		var writers []*os.File
		for i := range 4 {
			r, w, err := os.Pipe()
			if err != nil {
				panic(err)
			}
			writers = append(writers, w)
			wg.Go(func() {
				r.Read(make([]byte, 1))
				say("read", i)
			})
		}
		for states("IO wait") < 4 {
			settle()
		}
		for _, w := range writers {
			w.Write([]byte{0})
		}
		wg.Wait()
	})
	add("order/deadlines_all_due_at_once", func() {
		var wg sync.WaitGroup
		start := time.Now()
		for i := range 4 {
			r, _, err := os.Pipe()
			if err != nil {
				panic(err)
			}
			r.SetReadDeadline(start.Add(time.Duration(6000+i*100) * time.Microsecond))
			wg.Go(func() {
				_, err := r.Read(make([]byte, 1))
				say("gave up", i, err != nil)
			})
		}
		for states("IO wait") < 4 {
			settle()
		}
		spin(until(start, 9000))
		wg.Wait()
	})
	add("order/a_goroutine_that_ends_early", func() {
		for i := range 3 {
			go func() {
				defer say(i, "deferred")
				if i == 1 {
					runtime.Goexit()
				}
				say(i, "to the end")
			}()
		}
		settle()
		say(runtime.NumGoroutine(), "is left")
	})
	add("order/what_a_pool_gives_back", func() {
		made := 0
		p := sync.Pool{New: func() any { made++; return -made }}
		for i := range 5 {
			p.Put(i)
		}
		for range 7 {
			say(p.Get())
		}
	})
	add("order/fewer_and_more_ps", func() {
		say(runtime.GOMAXPROCS(3), runtime.GOMAXPROCS(0), runtime.GOMAXPROCS(-1), runtime.GOMAXPROCS(1))
		for i := range 5 {
			go say("runs", i)
		}
		settle()
	})
	add("order/locked_to_a_thread", func() {
		ch := make(chan int)
		go func() {
			runtime.LockOSThread()
			for v := range ch {
				say("the wired one has", v)
			}
		}()
		for i := range 4 {
			ch <- i
			say("sent", i)
		}
		close(ch)
		settle()
	})
}

// until is how long it is until so many microseconds have passed since start.
func until(start time.Time, micros int) time.Duration {
	return time.Until(start.Add(time.Duration(micros) * time.Microsecond))
}

// spin computes for d without giving way.
func spin(d time.Duration) {
	for start := time.Now(); time.Since(start) < d; {
	}
}
