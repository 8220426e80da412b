//! Threads that goroutines have made wait in channels and locks, too; they block meanwhile.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;

use goroutines::prelude::*;
use goroutines::semaphore::Weighted;
use goroutines::sync::raw;

/// Runs `f` with one P and with two.
fn each(f: impl Fn() + Copy) {
    for procs in [1, 2] {
        Builder::new().procs(procs).try_run(f).unwrap();
    }
}

#[test]
fn a_thread_talks_with_goroutines_over_channels() {
    each(|| {
        let (there, back) = (chan::<u64>(0), chan::<u64>(0));
        let (i, o) = (there.receiver(), back.sender());
        let echo = thread::spawn(move || {
            for v in &i {
                o.send(v * 2);
            }
            o.close();
        });
        let t = there.clone();
        go!({
            for v in 0..200 {
                t.send(v);
            }
            t.close();
        });
        assert_eq!(back.iter().sum::<u64>(), 199 * 200);
        echo.join().unwrap();
    });
}

#[test]
fn a_thread_selects() {
    each(|| {
        let (a, b, quit) = (chan::<i32>(0), chan::<i32>(0), chan::<()>(0));
        let (c, d, q) = (a.clone(), b.clone(), quit.receiver());
        let sum = thread::spawn(move || {
            let mut sum = 0;
            loop {
                select! {
                    recv(c) -> v => sum += v.unwrap_or_default(),
                    send(d, 7) => sum += 1000,
                    recv(q) => return sum,
                }
            }
        });
        for v in 0..20 {
            a.send(v);
            assert_eq!(b.recv(), Some(7));
        }
        quit.close();
        assert_eq!(sum.join().unwrap(), 190 + 20_000);
    });
}

#[test]
fn a_thread_waits_for_locks_and_groups() {
    each(|| {
        let shared = Arc::new((Mutex::new(0_u64), Cond::new(), raw::RWMutex::new()));
        let (wg, once, sem) = (
            WaitGroup::new(),
            Arc::new(Once::new()),
            Arc::new(Weighted::new(1)),
        );
        let work = {
            let (shared, once, sem) = (shared.clone(), once.clone(), sem.clone());
            move || {
                once.call(|| *shared.0.lock() += 1);
                for i in 0..100 {
                    *shared.0.lock() += 1;
                    shared.1.broadcast();
                    if i % 10 == 0 {
                        shared.2.lock();
                        shared.2.unlock();
                    }
                    shared.2.rlock();
                    shared.2.runlock();
                    sem.acquire(&context::background(), 1).unwrap();
                    sem.release(1);
                }
            }
        };
        wg.add(1);
        let threads: Vec<_> = (0..2)
            .map(|_| {
                let (work, wg) = (work.clone(), wg.clone());
                thread::spawn(move || {
                    work();
                    wg.wait();
                })
            })
            .collect();
        let s = shared.clone();
        let last = thread::spawn(move || {
            let mut n = s.0.lock();
            while *n < 501 {
                n = s.1.wait(n);
            }
        });
        for _ in 0..3 {
            let work = work.clone();
            go(work);
        }
        last.join().unwrap();
        assert_eq!(*shared.0.lock(), 501);
        wg.done();
        for t in threads {
            t.join().unwrap();
        }
    });
}

#[test]
fn a_thread_that_waits_when_its_runtime_ends_panics_and_leaves_the_queue() {
    let ch = chan::<Arc<i32>>(0);
    let value = Arc::new(5);
    let (c, v) = (ch.clone(), value.clone());
    let sends = Builder::new()
        .try_run(move || {
            let d = c.clone();
            let sends = thread::spawn(move || catch_unwind(AssertUnwindSafe(|| d.send(v))));
            while c.snapshot().sendq.is_empty() {
                runtime::gosched();
            }
            sends
        })
        .unwrap();
    let e = sends.join().unwrap().unwrap_err();
    let text = e.downcast_ref::<String>().expect("a text");
    assert!(text.contains("outside of a goroutine"), "{text}");
    assert!(ch.try_recv().is_err());
    assert_eq!(Arc::strong_count(&value), 1);
}

#[test]
fn who_cannot_wait_leaves_no_trace() {
    // A thread of the tests belongs to no runtime.
    let wg = WaitGroup::new();
    wg.add(1);
    let both = Arc::new((Mutex::new(()), Cond::new()));
    let failed = |f: &dyn Fn()| catch_unwind(AssertUnwindSafe(f)).is_err();
    assert!(failed(&|| wg.wait()));
    assert!(failed(&|| drop(both.1.wait(both.0.lock()))));
    wg.done();
    Builder::new()
        .procs(1)
        .try_run(|| {
            for _ in 0..2 {
                wg.add(1);
                let done = wg.clone();
                go!({ done.done() });
                wg.wait();
            }
            let (b, woken) = (both.clone(), chan(0));
            let tell = woken.clone();
            go!({
                drop(b.1.wait(b.0.lock()));
                tell.send(());
            });
            runtime::gosched();
            both.1.signal();
            assert!(woken.recv().is_some());
        })
        .unwrap();
}

#[test]
fn who_cannot_wait_for_a_rwmutex_leaves_it_as_it_was() {
    let both = (raw::RWMutex::new(), raw::RWMutex::new());
    let failed = |f: &dyn Fn()| catch_unwind(AssertUnwindSafe(f)).is_err();
    both.0.lock();
    both.1.rlock();
    for _ in 0..3 {
        assert!(failed(&|| both.0.rlock()) && failed(&|| both.0.lock()));
        assert!(failed(&|| both.1.lock()));
    }
    both.1.rlock();
    both.0.unlock();
    both.1.runlock();
    both.1.runlock();
    for m in [&both.0, &both.1] {
        m.rlock();
        assert!(m.try_rlock() && !m.try_lock());
        m.runlock();
        m.runlock();
        assert!(m.try_lock() && !m.try_rlock());
        m.unlock();
    }
}

#[test]
fn a_thread_cancels_what_has_functions_to_run() {
    each(|| {
        let (ctx, cancel) = context::with_cancel(&context::background());
        let (ran, below) = (chan(0), context::with_cancel(&ctx).0);
        let tell = ran.clone();
        let _stop = context::after_func(&ctx, move || tell.send(runtime::goid()));
        let tell = ran.clone();
        let _stop = context::after_func(&below, move || tell.send(runtime::goid()));
        thread::spawn(cancel).join().unwrap();
        assert!(below.err().is_some());
        let (a, b) = (ran.recv().unwrap(), ran.recv().unwrap());
        assert!(a > 1 && b > 1 && a != b);
    });
    // Once its runtime has ended there is nobody to run it: the panic comes when all else is done.
    let (below, cancel) = Builder::new()
        .try_run(|| {
            let (ctx, cancel) = context::with_cancel(&context::background());
            let _stop = context::after_func(&ctx, || ());
            (context::with_cancel(&ctx).0, cancel)
        })
        .unwrap();
    assert!(catch_unwind(AssertUnwindSafe(&cancel)).is_err());
    assert!(below.err().is_some());
    cancel();
}

mod limit;
