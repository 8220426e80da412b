//! Reader/writer locks, things done once, and conditions.

use std::panic::catch_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use goroutines::Crash;
use goroutines::prelude::*;
use goroutines::sync::{OnceFunc, OnceValue, raw};

fn one() -> Builder {
    Builder::new().procs(1)
}

fn two() -> Builder {
    Builder::new().procs(2)
}

fn settle() {
    for _ in 0..100 {
        runtime::gosched();
    }
}

fn text_of(e: Box<dyn std::any::Any + Send>) -> String {
    match e.downcast::<&'static str>() {
        Ok(s) => s.to_string(),
        Err(e) => *e.downcast::<String>().expect("a text"),
    }
}

fn fatal(main: impl FnOnce()) -> String {
    match one().try_run(main) {
        Err(Crash::Fatal(r)) => r.message,
        other => panic!("{other:?}"),
    }
}

// ---- RWMutex ----------------------------------------------------------------------------------------------------

#[test]
fn readers_are_inside_together() {
    one().run(|| {
        let m = Arc::new(RWMutex::new(0));
        let (inside, leave) = (chan(4), chan::<()>(0));
        let wg = WaitGroup::new();
        for _ in 0..4 {
            let (m, inside, leave) = (m.clone(), inside.clone(), leave.clone());
            wg.go(move || {
                let _r = m.read();
                inside.send(());
                leave.recv();
            });
        }
        for _ in 0..4 {
            inside.recv();
        }
        assert!(m.try_write().is_none());
        leave.close();
        wg.wait();
        assert!(m.try_write().is_some());
    });
}

#[test]
fn a_writer_is_alone_and_readers_see_whole_writes() {
    for procs in [1, 2, 4] {
        Builder::new().procs(procs).run(move || {
            let m = Arc::new(RWMutex::new((0u64, 0u64)));
            let inside = Arc::new(AtomicI64::new(0));
            let wg = WaitGroup::new();
            for _ in 0..2 {
                let (m, inside) = (m.clone(), inside.clone());
                wg.go(move || {
                    for i in 0..500 {
                        let mut w = m.write();
                        assert_eq!(inside.fetch_add(10_000, Ordering::SeqCst), 0);
                        w.0 += 1;
                        if i % 10 == 0 {
                            runtime::gosched();
                        }
                        w.1 += 1;
                        inside.fetch_sub(10_000, Ordering::SeqCst);
                    }
                });
            }
            for _ in 0..4 {
                let (m, inside) = (m.clone(), inside.clone());
                wg.go(move || {
                    for i in 0..500 {
                        let r = m.read();
                        assert!(inside.fetch_add(1, Ordering::SeqCst) < 10_000);
                        assert_eq!(r.0, r.1);
                        if i % 10 == 0 {
                            runtime::gosched();
                        }
                        inside.fetch_sub(1, Ordering::SeqCst);
                    }
                });
            }
            wg.wait();
            assert_eq!(*m.read(), (1000, 1000));
            assert!(m.try_write().is_some());
        });
    }
}

#[test]
fn a_writer_that_waits_keeps_new_readers_out() {
    one().run(|| {
        let (m, order) = (Arc::new(RWMutex::new(())), chan(4));
        let first = m.read();
        let (w, o) = (m.clone(), order.clone());
        go!({
            let _w = w.write();
            o.send("writer");
        });
        settle();
        assert!(m.try_read().is_none(), "a writer waits");
        let (r, o) = (m.clone(), order.clone());
        go!({
            let _r = r.read();
            o.send("reader");
        });
        settle();
        assert!(order.is_empty());
        drop(first);
        assert_eq!(order.recv(), Some("writer"));
        assert_eq!(order.recv(), Some("reader"));
    });
}

#[test]
fn an_unlocking_writer_lets_the_readers_in_before_the_next_writer() {
    one().run(|| {
        let (m, order) = (Arc::new(RWMutex::new(())), chan(4));
        let held = m.write();
        for name in ["writer", "reader", "reader"] {
            let (m, order) = (m.clone(), order.clone());
            go!({
                if name == "writer" {
                    let _w = m.write();
                    order.send(name);
                } else {
                    let _r = m.read();
                    order.send(name);
                }
            });
            settle();
        }
        drop(held);
        let got: Vec<_> = (0..3).map(|_| order.recv().unwrap()).collect();
        assert_eq!(got, ["reader", "reader", "writer"]);
    });
}

#[test]
fn who_waits_for_a_rwmutex_says_so_in_gos_words() {
    let text = one()
        .try_run(|| {
            let m = Arc::new(RWMutex::new(()));
            let _r = m.read();
            for write in [true, true, false] {
                let m = m.clone();
                go!({
                    if write {
                        drop(m.write());
                    } else {
                        drop(m.read());
                    }
                });
                settle();
            }
            chan::<()>(0).recv();
        })
        .unwrap_err()
        .to_string();
    for line in [
        "goroutine 2 [sync.RWMutex.Lock]:\n",
        "goroutine 3 [sync.Mutex.Lock]:\n",
        "goroutine 4 [sync.RWMutex.RLock]:\n",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
}

#[test]
fn misuse_of_a_rwmutex_is_fatal() {
    assert_eq!(
        fatal(|| raw::RWMutex::new().unlock()),
        "sync: Unlock of unlocked RWMutex"
    );
    assert_eq!(
        fatal(|| raw::RWMutex::new().runlock()),
        "sync: RUnlock of unlocked RWMutex"
    );
    assert_eq!(
        fatal(|| {
            let m = raw::RWMutex::new();
            m.rlock();
            m.unlock();
        }),
        "sync: Unlock of unlocked RWMutex"
    );
    assert_eq!(
        fatal(|| {
            let m = raw::RWMutex::new();
            m.lock();
            m.runlock();
        }),
        "sync: RUnlock of unlocked RWMutex"
    );
}

#[test]
fn a_raw_rwmutex_counts_readers_and_belongs_to_nobody() {
    one().run(|| {
        let m = Arc::new(raw::RWMutex::new());
        m.rlock();
        assert!(m.try_rlock());
        let n = m.clone();
        go!({
            n.runlock();
            n.runlock();
        });
        m.lock();
        assert!(!m.try_rlock() && !m.try_lock());
        m.unlock();
        assert!(m.try_lock());
        m.unlock();
    });
}

// ---- Once -------------------------------------------------------------------------------------------------------

#[test]
fn once_runs_once_and_all_wait_for_it() {
    for procs in [1, 2] {
        Builder::new().procs(procs).run(|| {
            let once = Arc::new(Once::new());
            let ran = Arc::new(AtomicUsize::new(0));
            let wg = WaitGroup::new();
            for _ in 0..10 {
                let (once, ran) = (once.clone(), ran.clone());
                wg.go(move || {
                    once.call(|| {
                        runtime::gosched();
                        ran.fetch_add(1, Ordering::SeqCst);
                    });
                    assert_eq!(ran.load(Ordering::SeqCst), 1);
                });
            }
            wg.wait();
        });
    }
}

#[test]
fn a_function_that_panics_or_exits_has_run() {
    one().run(|| {
        let once = Arc::new(Once::new());
        assert_eq!(
            text_of(catch_unwind(|| once.call(|| panic!("first"))).unwrap_err()),
            "first"
        );
        once.call(|| unreachable!("again"));

        let exits = Arc::new(Once::new());
        let e = exits.clone();
        go!({ e.call(|| runtime::goexit()) });
        settle();
        exits.call(|| unreachable!("again"));
    });
}

#[test]
fn once_within_itself_waits_for_ever() {
    let text = one()
        .try_run(|| {
            let once = Once::new();
            once.call(|| once.call(|| ()));
        })
        .unwrap_err()
        .to_string();
    assert!(
        text.contains("\ngoroutine 1 [sync.Mutex.Lock]:\n"),
        "{text}"
    );
}

#[test]
fn once_func_and_value_repeat_their_end() {
    two().run(|| {
        let n = Arc::new(AtomicUsize::new(0));
        let m = n.clone();
        let f = Arc::new(OnceValue::new(move || {
            runtime::gosched();
            m.fetch_add(1, Ordering::SeqCst);
            "value".to_string()
        }));
        let wg = WaitGroup::new();
        for _ in 0..10 {
            let f = f.clone();
            wg.go(move || assert_eq!(f.call(), "value"));
        }
        wg.wait();
        assert_eq!(n.load(Ordering::SeqCst), 1);
        assert_eq!(
            Arc::strong_count(&n),
            1,
            "the function and what it captured are gone"
        );

        let m = n.clone();
        let broken = OnceFunc::new(move || {
            m.fetch_add(1, Ordering::SeqCst);
            panic!("broken {}", 7);
        });
        for _ in 0..3 {
            assert_eq!(
                text_of(catch_unwind(|| broken.call()).unwrap_err()),
                "broken 7"
            );
        }
        assert_eq!(n.load(Ordering::SeqCst), 2);

        let numbers = OnceValue::<i32>::new(|| std::panic::panic_any(42i32));
        for _ in 0..2 {
            let e = catch_unwind(|| numbers.call()).unwrap_err();
            assert_eq!(e.downcast_ref(), Some(&42i32));
        }

        let exits = OnceFunc::new(|| runtime::goexit());
        for _ in 0..2 {
            assert_eq!(
                text_of(catch_unwind(|| exits.call()).unwrap_err()),
                "runtime error: panic called with nil argument"
            );
        }
    });
}

#[test]
fn a_value_may_wait_while_it_is_cloned() {
    struct Slow(Chan<i32>, i32);
    impl Clone for Slow {
        fn clone(&self) -> Self {
            self.0.send(self.1);
            Slow(self.0.clone(), self.1)
        }
    }
    one().run(|| {
        let ch = chan(0);
        let c = ch.clone();
        let v = Arc::new(OnceValue::new(move || Slow(c, 9)));
        let wg = WaitGroup::new();
        for _ in 0..3 {
            let v = v.clone();
            wg.go(move || drop(v.call()));
        }
        settle();
        for _ in 0..3 {
            assert_eq!(ch.recv(), Some(9));
        }
        wg.wait();
    });
}

// ---- Cond -------------------------------------------------------------------------------------------------------

/// `n` goroutines that wait for `c`, one after the other, and say their number when they are woken.
fn waiting(n: usize) -> (Arc<(Mutex<()>, Cond)>, Chan<usize>) {
    let c = Arc::new((Mutex::new(()), Cond::new()));
    let woken = chan(n);
    for i in 0..n {
        let (c, woken) = (c.clone(), woken.clone());
        go!({
            let g = c.0.lock();
            let g = c.1.wait(g);
            woken.send(i);
            drop(g);
        });
        settle();
    }
    (c, woken)
}

#[test]
fn signal_wakes_one_and_the_one_who_waited_longest() {
    one().run(|| {
        let (c, woken) = waiting(10);
        for i in 0..10 {
            assert_eq!(woken.len(), 0);
            let g = c.0.lock();
            c.1.signal();
            drop(g);
            settle();
            assert_eq!((woken.len(), woken.recv()), (1, Some(i)));
        }
        c.1.signal();
        c.1.broadcast();
    });
}

#[test]
fn broadcast_wakes_all_in_gos_order() {
    let order = one().run(|| {
        let (c, woken) = waiting(5);
        c.1.broadcast();
        settle();
        woken.close();
        woken.into_iter().collect::<Vec<_>>()
    });
    assert_eq!(order, [4, 0, 1, 2, 3]);
}

#[test]
fn no_signal_is_lost_between_unlock_and_sleep() {
    two().run(|| {
        // A queue of one place, with one condition for both sides.
        let q = Arc::new((Mutex::new(None::<u32>), Cond::new()));
        let wg = WaitGroup::new();
        const N: u32 = 3_000;
        for _ in 0..2 {
            let q = q.clone();
            wg.go(move || {
                for i in 1..=N {
                    let mut place = q.0.lock();
                    while place.is_some() {
                        place = q.1.wait(place);
                    }
                    *place = Some(i);
                    q.1.broadcast();
                }
            });
        }
        let sum = Arc::new(AtomicUsize::new(0));
        for _ in 0..2 {
            let (q, sum) = (q.clone(), sum.clone());
            wg.go(move || {
                for _ in 0..N {
                    let mut place = q.0.lock();
                    while place.is_none() {
                        place = q.1.wait(place);
                    }
                    sum.fetch_add(place.take().unwrap() as usize, Ordering::SeqCst);
                    q.1.broadcast();
                }
            });
        }
        wg.wait();
        assert_eq!(
            sum.load(Ordering::SeqCst),
            2 * (N as usize * (N as usize + 1) / 2)
        );
    });
}

#[test]
fn who_waits_for_a_condition_says_so() {
    let line = line!() + 5;
    let text = one()
        .try_run(|| {
            let (m, c) = (Mutex::new(()), Cond::new());
            let g = m.lock();
            drop(c.wait(g));
        })
        .unwrap_err()
        .to_string();
    assert!(text.contains("\ngoroutine 1 [sync.Cond.Wait]:\n"), "{text}");
    assert!(text.contains(&format!("/sync_more.rs:{line}\n")), "{text}");
}

mod limit;
