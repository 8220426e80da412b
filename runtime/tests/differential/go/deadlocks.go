package main

import (
	"runtime"
	"sync"
	"time"
)

func init() {
	add("deadlock/receive", func() { <-make(chan int) })
	add("deadlock/send", func() { make(chan int) <- 1 })
	add("deadlock/receive_from_nil", func() { <-(chan int)(nil) })
	add("deadlock/send_to_nil", func() { (chan int)(nil) <- 1 })
	add("deadlock/range", func() {
		ch := make(chan int, 1)
		ch <- 1
		for range ch {
		}
	})
	add("deadlock/select", func() {
		select {
		case <-make(chan int):
		case make(chan int) <- 1:
		}
	})
	add("deadlock/select_of_one", func() {
		select {
		case <-make(chan int):
		}
	})
	add("deadlock/select_of_nil", func() {
		select {
		case <-(chan int)(nil):
		case (chan int)(nil) <- 1:
		}
	})
	add("deadlock/select_without_cases", func() { select {} })
	add("deadlock/mutex", func() {
		var m sync.Mutex
		m.Lock()
		m.Lock()
	})
	add("deadlock/rwmutex_to_read", func() {
		var m sync.RWMutex
		m.Lock()
		m.RLock()
	})
	add("deadlock/rwmutex_to_write", func() {
		var m sync.RWMutex
		m.RLock()
		m.Lock()
	})
	add("deadlock/rwmutex_second_writer", func() {
		var m sync.RWMutex
		m.Lock()
		m.Lock()
	})
	add("deadlock/a_reader_behind_a_writer", func() {
		var m sync.RWMutex
		m.RLock()
		go func() { m.Lock() }()
		for states("sync.RWMutex.Lock") == 0 {
			settle()
		}
		m.RLock()
	})
	add("deadlock/group", func() {
		var wg sync.WaitGroup
		wg.Add(1)
		wg.Wait()
	})
	add("deadlock/condition", func() {
		c := sync.NewCond(&sync.Mutex{})
		c.L.Lock()
		c.Wait()
	})
	add("deadlock/once_within_once", func() {
		var once sync.Once
		once.Do(func() { once.Do(func() {}) })
	})
	add("deadlock/main_has_ended_itself", func() { runtime.Goexit() })
	add("deadlock/main_has_ended_itself_and_one_waits", func() {
		go func() { <-make(chan int) }()
		runtime.Goexit()
	})
	add("deadlock/after_the_others_ended", func() {
		for i := range 3 {
			go say(i)
		}
		<-make(chan int)
	})
	add("deadlock/after_a_timer", func() {
		ch := make(chan int)
		time.AfterFunc(5*time.Millisecond, func() {})
		<-ch
	})
	add("deadlock/everybody_waits_for_something_else", func() {
		a, none := make(chan int), (chan int)(nil)
		var m sync.Mutex
		var rw sync.RWMutex
		var wg sync.WaitGroup
		wg.Add(1)
		m.Lock()
		rw.Lock()
		c := sync.NewCond(&sync.Mutex{})
		for _, f := range []func(){
			func() { <-a },
			func() { make(chan int) <- 1 },
			func() { <-none },
			func() { none <- 1 },
			func() {
				select {
				case <-a:
				case <-none:
				}
			},
			func() { select {} },
			m.Lock,
			rw.Lock,
			rw.RLock,
			wg.Wait,
			func() {
				c.L.Lock()
				c.Wait()
			},
		} {
			go f()
			settle()
		}
		wg.Wait()
	})
	add("deadlock/made_by_one_another", func() {
		var deeper func(int)
		deeper = func(n int) {
			if n > 0 {
				go deeper(n - 1)
			}
			<-make(chan int)
		}
		deeper(3)
	})
	add("deadlock/dining", func() {
		var forks [3]sync.Mutex
		for i := range 3 {
			go func() {
				forks[i].Lock()
				settle()
				forks[(i+1)%3].Lock()
			}()
		}
		settle()
		var wg sync.WaitGroup
		wg.Add(3)
		wg.Wait()
	})
	add("fatal/unlock_of_unlocked_mutex", func() {
		var m sync.Mutex
		m.Unlock()
	})
	add("fatal/unlock_of_unlocked_rwmutex", func() {
		var m sync.RWMutex
		m.Unlock()
	})
	add("fatal/runlock_of_unlocked_rwmutex", func() {
		var m sync.RWMutex
		m.RUnlock()
	})
	add("fatal/runlock_while_it_is_written", func() {
		var m sync.RWMutex
		m.Lock()
		m.RUnlock()
	})
	add("fatal/is_not_recovered", func() {
		say(recovered(func() {
			var m sync.Mutex
			m.Unlock()
		}))
	})
	add("fatal/in_a_goroutine", func() {
		go func() {
			var m sync.Mutex
			m.Unlock()
		}()
		<-make(chan int)
	})
}
