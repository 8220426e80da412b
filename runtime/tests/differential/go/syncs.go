package main

import (
	"cmp"
	"maps"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// unrecovered is for what ends the program; the others are recovered where they happen.
func init() {
	add("sync/group_below_zero", func() {
		var wg sync.WaitGroup
		say(recovered(wg.Done))
		say(recovered(func() { wg.Add(1) }))
		wg.Wait()
		wg.Add(3)
		say(recovered(func() { wg.Add(-4) }))
	})
	add("sync/group_below_zero_ends_the_program", func() {
		var wg sync.WaitGroup
		wg.Add(1)
		wg.Done()
		wg.Done()
	})
	add("sync/group_reused_too_soon", func() {
		var wg sync.WaitGroup
		wg.Add(1)
		var text string
		go func() { text = recovered(wg.Wait) }()
		settle()
		wg.Done()
		wg.Add(1)
		settle()
		say(text)
	})
	add("sync/group_used_again_and_again", func() {
		var wg sync.WaitGroup
		var n atomic.Int64
		for range 20 {
			for range 5 {
				wg.Go(func() { n.Add(1) })
			}
			wg.Wait()
		}
		say(n.Load())
		wg.Go(runtime.Goexit)
		wg.Wait()
		say("after goexit")
	})
	add("sync/mutex_tried", func() {
		var m sync.Mutex
		say(m.TryLock(), m.TryLock())
		m.Unlock()
		say(m.TryLock())
		var rw sync.RWMutex
		say(rw.TryRLock(), rw.TryRLock(), rw.TryLock())
		rw.RUnlock()
		rw.RUnlock()
		say(rw.TryLock(), rw.TryRLock(), rw.TryLock())
		rw.Unlock()
		say(rw.TryRLock())
	})
	add("sync/readers_wait_for_a_waiting_writer", func() {
		var rw sync.RWMutex
		rw.RLock()
		go func() {
			rw.Lock()
			rw.Unlock()
		}()
		for states("sync.RWMutex.Lock") == 0 {
			settle()
		}
		say(rw.TryRLock())
		rw.RUnlock()
		for !rw.TryRLock() {
			settle()
		}
		say("read again")
	})
	add("sync/once_that_panics", func() {
		var once sync.Once
		say(recovered(func() { once.Do(func() { panic("first call") }) }))
		say(recovered(func() { once.Do(func() { panic("second call") }) }))
	})
	add("sync/once_that_exits", func() {
		var once sync.Once
		var wg sync.WaitGroup
		wg.Go(func() { once.Do(runtime.Goexit) })
		wg.Wait()
		once.Do(func() { say("never") })
		say("done")
	})
	add("sync/once_func_that_panics", func() {
		n := 0
		f := sync.OnceFunc(func() { n++; panic("broken") })
		say(recovered(f))
		say(recovered(f))
		say(n)
	})
	add("sync/once_func_that_panics_ends_the_program", func() {
		sync.OnceFunc(func() { panic("broken") })()
	})
	add("sync/once_func_ends_the_program_at_the_second_call", func() {
		f := sync.OnceFunc(func() { panic("broken") })
		recovered(f)
		f()
	})
	add("sync/once_value", func() {
		n := 0
		f := sync.OnceValue(func() int { n++; return 10 * n })
		say(f(), f(), n)
	})
	add("sync/condition_without_waiters", func() {
		c := sync.NewCond(&sync.Mutex{})
		c.Signal()
		c.Broadcast()
		woken := false
		go func() {
			c.L.Lock()
			defer c.L.Unlock()
			c.Wait()
			woken = true
		}()
		for states("sync.Cond.Wait") == 0 {
			settle()
		}
		c.L.Lock()
		say(woken)
		c.Signal()
		c.L.Unlock()
		for states("sync.Cond.Wait") == 1 {
			settle()
		}
		settle()
		c.L.Lock()
		say(woken)
	})
	add("sync/condition_in_turn", func() {
		var m sync.Mutex
		c := sync.NewCond(&m)
		turn := 0
		var wg sync.WaitGroup
		for i := range 4 {
			wg.Go(func() {
				for round := range 3 {
					m.Lock()
					for turn != round*4+i {
						c.Wait()
					}
					say("turn of", i)
					turn++
					c.Broadcast()
					m.Unlock()
				}
			})
		}
		wg.Wait()
	})
	add("sync/pool_with_a_maker", func() {
		n := 0
		pool := sync.Pool{New: func() any { n++; return n }}
		say(pool.Get(), pool.Get())
		pool.Put(42)
		say(pool.Get(), pool.Get())
		for _, i := range []int{7, 8, 9} {
			pool.Put(i)
		}
		say(pool.Get(), pool.Get(), pool.Get(), pool.Get())
	})
	add("sync/once_value_that_panics", func() {
		f := sync.OnceValue(func() int { panic(7) })
		// A value that is no text is shown as that by the other program.
		for range 2 {
			func() {
				defer func() {
					recover()
					say("(no text)")
				}()
				f()
			}()
		}
		f()
	})
	add("sync/map", func() {
		var m sync.Map
		show := func(v any, ok bool) {
			if v == nil {
				v = 0
			}
			say(v, ok)
		}
		show(m.Load("a"))
		m.Store("a", 1)
		show(m.Load("a"))
		show(m.LoadOrStore("a", 2))
		show(m.LoadOrStore("b", 3))
		show(m.Swap("b", 4))
		show(m.Swap("c", 5))
		say(m.CompareAndSwap("a", 9, 10), m.CompareAndSwap("a", 1, 11), m.CompareAndSwap("z", 1, 2))
		say(m.CompareAndDelete("a", 1), m.CompareAndDelete("a", 11), m.CompareAndDelete("a", 11))
		show(m.LoadAndDelete("b"))
		show(m.LoadAndDelete("b"))
		m.Store("d", 6)
		m.Delete("d")
		m.Delete("nothing")
		m.Store("e", 7)
		all := map[string]int{}
		m.Range(func(k, v any) bool { all[k.(string)] = v.(int); return true })
		for _, k := range slices.SortedFunc(maps.Keys(all), cmp.Compare[string]) {
			say(k, all[k])
		}
		n := 0
		m.Range(func(k, v any) bool { n++; return false })
		m.Clear()
		m.Range(func(k, v any) bool { n++; return true })
		say(n)
	})
	add("sync/map_that_changes_while_one_looks", func() {
		var m sync.Map
		for i := range 5 {
			m.Store(i, i)
		}
		seen := 0
		m.Range(func(k, v any) bool {
			seen++
			m.Delete(k)
			return true
		})
		left := 0
		m.Range(func(k, v any) bool { left++; return true })
		say(seen, left)
	})
	add("sync/atomic_numbers", func() {
		var a atomic.Int32
		say(a.Load(), a.Add(5), a.Swap(7), a.CompareAndSwap(5, 1), a.CompareAndSwap(7, 6), a.And(2), a.Or(9), a.Load())
		var b atomic.Uint32
		say(b.Add(1), b.Add(^uint32(0)), b.Add(^uint32(0)))
		var c atomic.Int64
		c.Store(1 << 62)
		say(c.Add(1<<62), c.Or(1), c.And(255), c.Load())
		var d atomic.Uint64
		d.Store(1<<64 - 1)
		say(d.Add(2), d.Swap(0))
		var e atomic.Bool
		say(e.Load(), e.Swap(true), e.CompareAndSwap(false, true), e.CompareAndSwap(true, false), e.Load())
	})
	add("sync/atomic_value", func() {
		var v atomic.Value
		say(v.Load() == nil)
		v.Store(1)
		say(v.Load(), v.Swap(2), v.CompareAndSwap(1, 3), v.CompareAndSwap(2, 3), v.Load())
		say(recovered(func() { v.Store("a text") }))
		say(recovered(func() { v.Swap("a text") }))
		say(recovered(func() { v.CompareAndSwap("a text", "another") }))
		say(v.Load())
	})
	add("sync/atomic_value_ends_the_program", func() {
		var v atomic.Value
		v.Store(1)
		v.Store("a text")
	})
	add("sync/a_counter_under_a_lock", func() {
		var mu sync.Mutex
		var rw sync.RWMutex
		var wg sync.WaitGroup
		a, b := 0, 0
		for range 8 {
			wg.Go(func() {
				for range 500 {
					mu.Lock()
					a++
					mu.Unlock()
					rw.Lock()
					b++
					rw.Unlock()
					rw.RLock()
					_ = b
					rw.RUnlock()
				}
			})
		}
		wg.Wait()
		say(a, b)
	})
}
