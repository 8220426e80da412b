//! What may live across a switch of goroutines, and what belongs to a thread: the promises of the crate's front page.

use std::cell::{Cell, RefCell};
use std::hint::black_box;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use goroutines::prelude::*;

thread_local! {
    static NUMBER: Cell<u64> = const { Cell::new(0) };
    static LIST: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) };
}

/// The kernel's number of this thread, asked anew each time.
fn thread() -> u64 {
    // SAFETY: the call only answers.
    u64::from(unsafe { libc::gettid() }.unsigned_abs())
}

#[test]
fn what_is_not_send_may_live_on_a_goroutines_stack() {
    let moved = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let round = || {
        let wg = WaitGroup::new();
        for i in 0..8_u64 {
            let moved = moved.clone();
            wg.go(move || {
                let mut at = thread();
                let list = Rc::new(RefCell::new(Vec::new()));
                let other = list.clone();
                for n in 0..2_000 {
                    let mut held = list.borrow_mut();
                    held.push(i + n);
                    // It may wake on another thread, with `held` in its hands.
                    runtime::gosched();
                    assert_eq!(held.last(), Some(&(i + n)));
                    drop(held);
                    assert_eq!(Rc::strong_count(&other), 2);
                    if thread() != at {
                        at = thread();
                        moved.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    }
                }
                assert_eq!(other.borrow().len(), 2_000);
            });
        }
        wg.wait();
    };
    // Until somebody has changed its thread: before that, nothing was tried.
    while moved.load(std::sync::atomic::Ordering::Relaxed) == 0 {
        Builder::new().procs(4).run(round);
    }
}

#[test]
fn main_may_borrow_and_give_back_what_is_not_send() {
    let count = Cell::new(1);
    let list = Rc::new(Cell::new(2));
    let back = Builder::new().procs(2).run(|| {
        for _ in 0..100 {
            go(|| ());
            runtime::gosched();
            count.set(count.get() + 1);
            list.set(list.get() + 1);
        }
        list.clone()
    });
    assert_eq!((count.get(), back.get()), (101, 102));
    assert_eq!(Rc::strong_count(&list), 2);
}

#[test]
fn between_two_calls_into_the_library_a_thread_local_is_ones_own() {
    // Each computes for longer than its slice: it is stopped in the middle, and its thread is used by nobody meanwhile.
    Builder::new().procs(2).run(|| {
        let wg = WaitGroup::new();
        for i in 1..=6 {
            wg.go(move || {
                NUMBER.with(|n| {
                    n.set(i);
                    let start = Instant::now();
                    while start.elapsed() < Duration::from_millis(40) {
                        assert_eq!(black_box(n).get(), i, "somebody else was here");
                    }
                });
            });
        }
        wg.wait();
    });
}

#[test]
fn a_locked_goroutine_may_keep_what_belongs_to_its_thread() {
    Builder::new().procs(2).run(|| {
        let wg = WaitGroup::new();
        for i in 0..6 {
            wg.go(move || {
                runtime::lock_os_thread();
                LIST.with_borrow_mut(|list| {
                    list.clear();
                    for n in 0..50 {
                        list.push(i * 1_000 + n);
                        // Nobody else runs on this thread, so nobody finds the list borrowed.
                        if n % 2 == 0 {
                            runtime::gosched();
                        } else {
                            time::sleep(Duration::from_micros(10));
                        }
                    }
                    let mine: Vec<u64> = (0..50).map(|n| i * 1_000 + n).collect();
                    assert_eq!(*list, mine);
                });
            });
        }
        wg.wait();
    });
}

#[inline(never)]
fn note(n: u64) {
    NUMBER.set(n);
}

#[inline(never)]
fn noted() -> u64 {
    NUMBER.get()
}

#[test]
fn an_out_of_line_function_reads_the_thread_local_of_the_thread_it_is_on() {
    Builder::new().procs(4).run(|| {
        let wg = WaitGroup::new();
        for _ in 0..8 {
            wg.go(|| {
                for _ in 0..2_000 {
                    let here = thread();
                    note(here);
                    assert_eq!(noted(), here);
                    runtime::gosched();
                    // Nobody has been on this thread yet, or somebody who left its number.
                    let seen = noted();
                    assert!(seen == 0 || seen == thread());
                }
            });
        }
        wg.wait();
    });
}

#[test]
fn a_std_mutex_held_across_a_wait_blocks_threads_and_not_the_program() {
    for procs in [1, 2] {
        Builder::new().procs(procs).run(|| {
            let shared = Arc::new(Mutex::new(0));
            let wg = WaitGroup::new();
            for _ in 0..4 {
                let shared = shared.clone();
                wg.go(move || {
                    for _ in 0..5 {
                        let mut n = shared.lock().unwrap();
                        let v = *n;
                        // The others block in the kernel, and lose their Ps; this one may wake, and unlock, on another
                        // thread than it locked on.
                        time::sleep(Duration::from_micros(200));
                        *n = v + 1;
                    }
                });
            }
            wg.wait();
            assert_eq!(*shared.lock().unwrap(), 20);
        });
    }
}

#[test]
fn a_goroutine_that_unwinds_waits_on_its_own_thread() {
    struct Waits(u64);
    impl Drop for Waits {
        fn drop(&mut self) {
            for _ in 0..20 {
                runtime::gosched();
                assert!(std::thread::panicking());
                assert_eq!(thread(), self.0);
            }
        }
    }
    Builder::new().procs(2).run(|| {
        let wg = WaitGroup::new();
        for _ in 0..4 {
            wg.go(|| {
                let end = std::panic::catch_unwind(|| {
                    let _waits = Waits(thread());
                    panic!("over");
                });
                assert!(end.is_err() && !std::thread::panicking());
            });
            wg.go(|| {
                for _ in 0..100 {
                    runtime::gosched();
                    assert!(!std::thread::panicking());
                }
            });
        }
        wg.wait();
    });
}

mod limit;
