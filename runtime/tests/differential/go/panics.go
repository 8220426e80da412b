package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"time"
)

type named struct{ text string }

func (n named) Error() string { return "an error of a type: " + n.text }

// forever waits without being a deadlock for an hour.
func forever() { time.Sleep(time.Hour) }

func init() {
	values := []struct {
		name  string
		value any
	}{
		{"a_text", "boom"},
		{"an_empty_text", ""},
		{"a_text_of_several_lines", "first line\nsecond line\n\nfourth line"},
		{"an_int", 42},
		{"a_negative_int", int64(-7)},
		{"a_byte", uint8(200)},
		{"a_float", 1.5},
		{"a_large_float", 1e100},
		{"a_float_that_is_whole", 100.0},
		{"a_small_float32", float32(0.1)},
		{"a_bool", true},
		{"a_rune", 'x'},
		{"an_error", errors.New("it failed")},
		{"an_error_of_several_lines", fmt.Errorf("outer:\n\tinner")},
		{"an_error_type", named{"here"}},
	}
	for _, v := range values {
		add("panic/"+v.name, func() { panic(v.value) })
	}
	add("panic/in_a_goroutine", func() {
		go func() { panic("in a goroutine") }()
		forever()
	})
	add("panic/in_a_goroutine_of_a_goroutine", func() {
		go func() {
			go func() { panic("two down") }()
			forever()
		}()
		forever()
	})
	add("panic/recovered", func() {
		say(recovered(func() { panic("caught") }))
		say(recovered(func() { say("nothing to catch") }))
	})
	add("panic/deferred_in_order", func() {
		defer func() { fmt.Println("first deferred, last run") }()
		defer func() { fmt.Println("second") }()
		func() {
			defer func() { fmt.Println("inner", recover()) }()
			defer func() { fmt.Println("innermost") }()
			panic("inside")
		}()
		fmt.Println("going on")
		panic("at the end")
	})
	add("panic/in_a_deferred_block", func() {
		defer func() { panic("second") }()
		panic("first")
	})
	add("panic/three_deep", func() {
		defer func() { panic("third") }()
		defer func() { panic("second") }()
		panic("first")
	})
	add("panic/raised_again", func() {
		defer func() { panic(recover()) }()
		panic("first")
	})
	add("panic/raised_again_twice", func() {
		defer func() { panic(recover()) }()
		defer func() { panic(recover()) }()
		panic("first")
	})
	add("panic/recovered_in_a_deferred_block", func() {
		defer func() {
			fmt.Println("caught", recovered(func() { panic("inner") }))
		}()
		panic("outer")
	})
	add("panic/a_recovered_one_leaves_no_trace", func() {
		say(recovered(func() { panic("forgotten") }))
		fmt.Println("going on")
		panic("the only one")
	})
	add("panic/after_goexit", func() {
		go func() {
			defer func() { panic("while it ends") }()
			runtime.Goexit()
		}()
		forever()
	})
	add("panic/goexit_goes_on_after_a_recovery", func() {
		done := make(chan bool)
		go func() {
			defer close(done)
			defer func() { say("recovered", recover()) }()
			defer func() { panic("on the way") }()
			runtime.Goexit()
		}()
		<-done
		say("the program goes on")
	})
	add("panic/goexit_in_a_deferred_block", func() {
		done := make(chan bool)
		go func() {
			defer close(done)
			defer func() {
				say("recovered", recover())
				runtime.Goexit()
			}()
			panic("stopped")
		}()
		<-done
		say("the program goes on")
	})
	add("panic/goexit_while_it_panics", func() {
		done := make(chan bool)
		go func() {
			defer close(done)
			defer runtime.Goexit()
			panic("forgotten")
		}()
		<-done
		say("the program goes on")
	})
	add("panic/goexit_while_it_panics_and_of_main", func() {
		go func() {
			defer runtime.Goexit()
			panic("forgotten")
		}()
		runtime.Goexit()
	})
	add("panic/after_a_goexit_while_it_panics", func() {
		go func() {
			defer func() { panic("second") }()
			defer runtime.Goexit()
			panic("first")
		}()
		forever()
	})
	add("panic/goexit_twice_while_it_panics", func() {
		go func() {
			defer runtime.Goexit()
			defer func() { panic("second") }()
			defer runtime.Goexit()
			panic("first")
		}()
		runtime.Goexit()
	})
	add("panic/two_after_goexit", func() {
		go func() {
			defer func() { panic("second") }()
			defer func() { panic("first") }()
			runtime.Goexit()
		}()
		forever()
	})
	add("panic/goexit_is_not_recovered", func() {
		done := make(chan bool)
		go func() {
			defer close(done)
			say(recovered(runtime.Goexit))
		}()
		<-done
		say("the program goes on")
	})
	add("panic/goexit_is_not_recovered_with_a_panic_on_it", func() {
		done := make(chan bool)
		go func() {
			defer close(done)
			recovered(func() {
				defer func() { panic("on the way") }()
				runtime.Goexit()
			})
			say("never")
		}()
		<-done
		say("the program goes on")
	})
	add("panic/raised_again_in_a_deferred_block", func() {
		defer func() {
			defer func() { panic(recover()) }()
			panic("second")
		}()
		panic("first")
	})
	add("panic/deferred_blocks_of_others_do_not_run", func() {
		defer fmt.Println("main's deferred block")
		go func() {
			defer fmt.Println("its own")
			panic("elsewhere")
		}()
		forever()
	})
	add("panic/while_a_lock_is_held", func() {
		var m sync.Mutex
		say(recovered(func() {
			m.Lock()
			defer m.Unlock()
			panic("with the lock")
		}))
		say(m.TryLock())
	})
	add("panic/in_a_group", func() {
		var wg sync.WaitGroup
		wg.Go(func() { panic("of a group") })
		wg.Wait()
		forever()
	})
	add("panic/in_a_timers_function", func() {
		time.AfterFunc(time.Millisecond, func() { panic("in its own goroutine") })
		forever()
	})
	add("panic/main_returns_first", func() {
		go func() {
			forever()
			panic("never")
		}()
		say("main is done")
	})
	add("panic/exit_code_of_ones_own", func() {
		defer fmt.Println("not run")
		go func() {
			fmt.Println("leaving")
			os.Exit(3)
		}()
		forever()
	})
}
