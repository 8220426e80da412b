//! Locks, conditions, and what happens once: who gets in, in which order, and that nobody is left outside.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use goroutines::prelude::*;
use goroutines::sync::{OnceFunc, OnceValue, atomic, raw};

use crate::{always, happens, holds};

/// Whether goroutine `id` stands still for `reason`.
fn waits(id: u64, reason: &str) -> bool {
    let all = runtime::snapshot().goroutines;
    all.iter().any(|g| g.id == id && g.status == reason)
}

/// Lets the others run until goroutine `id` stands still for `reason`.
fn until_it_waits(id: u64, reason: &str) {
    while !waits(id, reason) {
        runtime::gosched();
    }
}

// ---- Mutex ----------------------------------------------------------------------------------------------------------

#[test]
fn an_unlock_by_another_goroutine_lets_one_in() {
    always("a raw mutex belongs to nobody", || {
        let m = Arc::new(raw::Mutex::new());
        let inside = Arc::new(atomic::Int32::new(0));
        let wg = WaitGroup::new();
        m.lock();
        for _ in 0..2 {
            let (m, inside) = (m.clone(), inside.clone());
            wg.go(move || {
                m.lock();
                assert_eq!(inside.add(1), 1);
                inside.add(-1);
                m.unlock();
            });
        }
        let other = m.clone();
        wg.go(move || other.unlock());
        wg.wait();
        assert!(m.try_lock());
    });
}

#[test]
fn who_tries_a_lock_takes_it_from_nobody() {
    always("two who wait and one who tries", || {
        let m = Arc::new(Mutex::new(0));
        let wg = WaitGroup::new();
        for _ in 0..2 {
            let m = m.clone();
            wg.go(move || *m.lock() += 1);
        }
        let tried = m.try_lock().map(|mut g| *g += 1).is_some();
        wg.wait();
        assert_eq!(*m.lock(), 2 + i32::from(tried));
    });
    happens("the one who tries finds it locked", || {
        let m = Arc::new(Mutex::new(()));
        let other = m.clone();
        go!(drop(other.lock()));
        assert!(m.try_lock().is_some());
    });
}

#[test]
fn a_lock_outlives_a_panic_of_its_holder() {
    always("one panics, one waits", || {
        let m = Arc::new(Mutex::new(0));
        let wg = WaitGroup::new();
        for i in 0..2 {
            let m = m.clone();
            wg.go(move || {
                let r = catch_unwind(AssertUnwindSafe(|| {
                    let mut g = m.lock();
                    *g += 1;
                    assert!(i == 0, "half way");
                }));
                assert_eq!(r.is_ok(), i == 0);
            });
        }
        wg.wait();
        assert_eq!(*m.lock(), 2);
    });
}

// ---- RWMutex --------------------------------------------------------------------------------------------------------

#[test]
fn a_writer_that_waits_comes_before_who_reads_later() {
    holds("a reader inside, a writer, another reader", || {
        let m = Arc::new(RWMutex::new(0));
        let wg = WaitGroup::new();
        let inside = m.read();
        let w = m.clone();
        wg.go(move || *w.write() = 1);
        until_it_waits(2, "sync.RWMutex.Lock");
        assert!(m.try_read().is_none());
        let r = m.clone();
        wg.go(move || assert_eq!(*r.read(), 1));
        runtime::gosched();
        drop(inside);
        wg.wait();
    });
}

#[test]
fn a_reader_that_waits_comes_before_the_next_writer() {
    holds("a writer inside, a reader, another writer", || {
        let m = Arc::new(RWMutex::new(0));
        let wg = WaitGroup::new();
        let mut inside = m.write();
        let r = m.clone();
        wg.go(move || assert_eq!(*r.read(), 1));
        until_it_waits(2, "sync.RWMutex.RLock");
        let w = m.clone();
        wg.go(move || *w.write() = 2);
        runtime::gosched();
        *inside = 1;
        drop(inside);
        wg.wait();
        assert_eq!(*m.read(), 2);
    });
}

#[test]
fn readers_and_writers_all_get_in() {
    always("two readers and a writer", || {
        let m = Arc::new(RWMutex::new(0));
        let inside = Arc::new(atomic::Int32::new(0));
        let wg = WaitGroup::new();
        for _ in 0..2 {
            let (m, inside) = (m.clone(), inside.clone());
            wg.go(move || {
                let _r = m.read();
                assert!(inside.add(1) >= 1);
                inside.add(-1);
            });
        }
        {
            let mut w = m.write();
            assert_eq!(inside.load(), 0);
            *w += 1;
        }
        wg.wait();
        assert_eq!(*m.read(), 1);
    });
    holds("who tries, among those who wait", || {
        let m = Arc::new(RWMutex::new(0));
        let wg = WaitGroup::new();
        let written = Arc::new(atomic::Int32::new(0));
        for i in 0..4 {
            let (m, written) = (m.clone(), written.clone());
            wg.go(move || match i {
                0 => {
                    *m.write() += 1;
                    written.add(1);
                }
                1 => drop(m.read()),
                2 => {
                    if let Some(mut w) = m.try_write() {
                        *w += 1;
                        written.add(1);
                    }
                }
                _ => drop(m.try_read()),
            });
        }
        wg.wait();
        assert_eq!(*m.read(), written.load());
        assert!(m.try_write().is_some());
    });
    happens("two readers are inside together", || {
        let m = Arc::new(RWMutex::new(()));
        let n = Arc::new(atomic::Int32::new(0));
        for _ in 0..2 {
            let (m, n) = (m.clone(), n.clone());
            go!({
                let _r = m.read();
                assert_eq!(n.add(1), 1);
                n.add(-1);
            });
        }
    });
}

// ---- Cond -----------------------------------------------------------------------------------------------------------

/// Who waits for a condition: in which order they came, and how many were served.
#[derive(Default)]
struct Line {
    came: Vec<usize>,
    served: usize,
}

#[test]
fn signals_serve_in_the_order_of_the_tickets() {
    holds("three wait, three signals", || {
        let c = Arc::new((Mutex::new(Line::default()), Cond::new()));
        let wg = WaitGroup::new();
        for i in 0..3 {
            let c = c.clone();
            wg.go(move || {
                let mut line = c.0.lock();
                line.came.push(i);
                line = c.1.wait(line);
                let place = line.came.iter().position(|&n| n == i);
                assert!(place < Some(line.served), "{:?}", line.came);
            });
        }
        for _ in 0..3 {
            loop {
                let mut line = c.0.lock();
                if line.came.len() > line.served {
                    line.served += 1;
                    c.1.signal();
                    break;
                }
                drop(line);
                runtime::gosched();
            }
        }
        wg.wait();
    });
}

#[test]
fn a_broadcast_serves_who_came_before_it_and_nobody_else() {
    holds("two come, one broadcast, and another", || {
        let c = Arc::new((Mutex::new(Line::default()), Cond::new()));
        let wg = WaitGroup::new();
        for i in 0..2 {
            let c = c.clone();
            wg.go(move || {
                let mut line = c.0.lock();
                line.came.push(i);
                line = c.1.wait(line);
                let place = line.came.iter().position(|&n| n == i);
                assert!(place < Some(line.served));
            });
        }
        loop {
            let mut line = c.0.lock();
            line.served = line.came.len();
            c.1.broadcast();
            if line.served == 2 {
                break;
            }
            drop(line);
            runtime::gosched();
        }
        wg.wait();
    });
    // Without the mutex the caller may come between a ticket and its wait.
    always("a signal between the unlock and the wait", || {
        let c = Arc::new((Mutex::new(false), Cond::new()));
        let d = c.clone();
        let wg = WaitGroup::new();
        wg.go(move || {
            let mut on = d.0.lock();
            while !*on {
                on = d.1.wait(on);
            }
        });
        *c.0.lock() = true;
        c.1.signal();
        wg.wait();
    });
}

// ---- once -----------------------------------------------------------------------------------------------------------

#[test]
fn nobody_returns_before_the_one_call_has_ended() {
    always("two who call", || {
        let once = Arc::new((Once::new(), Shared::new(0)));
        let wg = WaitGroup::new();
        for i in 0..2 {
            let once = once.clone();
            wg.go(move || {
                let r = catch_unwind(AssertUnwindSafe(|| {
                    once.0.call(|| {
                        once.1.update(|n| n + 1);
                        assert!(i == 0, "half way");
                    });
                }));
                assert_eq!(once.1.get(), 1);
                assert!(r.is_ok() || i == 1);
            });
        }
        wg.wait();
    });
}

#[test]
fn a_function_that_panics_panics_in_all_who_call() {
    holds("three who call", || {
        let calls = Arc::new(atomic::Int32::new(0));
        let (m, n) = (calls.clone(), calls.clone());
        let f = Arc::new(OnceFunc::new(move || {
            m.add(1);
            panic!("no");
        }));
        let v = Arc::new(OnceValue::new(move || -> i32 {
            n.add(1);
            panic!("none");
        }));
        let wg = WaitGroup::new();
        for _ in 0..3 {
            let (f, v) = (f.clone(), v.clone());
            wg.go(move || {
                let e = catch_unwind(AssertUnwindSafe(|| f.call())).unwrap_err();
                assert_eq!(e.downcast_ref(), Some(&"no"));
                let e = catch_unwind(AssertUnwindSafe(|| v.call())).unwrap_err();
                assert_eq!(e.downcast_ref(), Some(&"none"));
            });
        }
        wg.wait();
        assert_eq!(calls.load(), 2);
    });
}
