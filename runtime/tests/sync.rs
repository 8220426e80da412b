//! Locks, groups, shared variables and sleep: who gets on, in which order, and how misuse ends.

use std::panic::catch_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use goroutines::Crash;
use goroutines::prelude::*;
use goroutines::sync::raw;

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

fn crash(main: impl FnOnce()) -> String {
    match one().try_run(main) {
        Ok(()) => panic!("the program ended well"),
        Err(c) => c.to_string(),
    }
}

// ---- WaitGroup --------------------------------------------------------------------------------------------------

#[test]
fn wait_returns_when_all_are_done_and_not_before() {
    for procs in [1, 2] {
        Builder::new().procs(procs).run(|| {
            let wg = WaitGroup::new();
            for _ in 0..8 {
                let done = Arc::new(AtomicUsize::new(0));
                wg.add(16);
                for _ in 0..16 {
                    let (wg, done) = (wg.clone(), done.clone());
                    go!({
                        runtime::gosched();
                        done.fetch_add(1, Ordering::SeqCst);
                        wg.done();
                    });
                }
                wg.wait();
                assert_eq!(done.load(Ordering::SeqCst), 16);
            }
        });
    }
}

#[test]
fn everyone_who_waits_goes_on_in_gos_order() {
    let order = one().run(|| {
        let (wg, order) = (WaitGroup::new(), chan(5));
        wg.add(1);
        for i in 0..5 {
            let (wg, order) = (wg.clone(), order.clone());
            go!({
                wg.wait();
                order.send(i);
            });
            settle();
        }
        assert!(order.is_empty());
        wg.done();
        settle();
        order.close();
        order.into_iter().collect::<Vec<_>>()
    });
    assert_eq!(order, [4, 0, 1, 2, 3]);
}

#[test]
fn a_counter_below_zero_panics() {
    let wg = WaitGroup::new();
    wg.add(1);
    wg.done();
    let w = wg.clone();
    let e = catch_unwind(move || w.done()).unwrap_err();
    assert_eq!(e.downcast_ref(), Some(&"sync: negative WaitGroup counter"));
    let text = crash(|| WaitGroup::new().add(-1));
    assert!(
        text.starts_with("panic: sync: negative WaitGroup counter\n\ngoroutine 1 [running]:\n"),
        "{text}"
    );
}

#[test]
fn reuse_before_wait_has_returned_panics() {
    one().run(|| {
        let (wg, said) = (WaitGroup::new(), chan(1));
        wg.add(1);
        let (w, s) = (wg.clone(), said.clone());
        go!({
            let e = catch_unwind(|| w.wait()).unwrap_err();
            s.send(*e.downcast_ref::<&'static str>().unwrap());
        });
        settle();
        wg.done();
        wg.add(1); // the other one is awake, but has not run yet
        assert_eq!(
            said.recv(),
            Some("sync: WaitGroup is reused before previous Wait has returned")
        );
    });
}

#[test]
fn a_group_that_nobody_ends_is_a_deadlock() {
    let line = line!() + 4;
    let text = crash(|| {
        let wg = WaitGroup::new();
        wg.add(1);
        wg.wait();
    });
    assert!(
        text.contains("\ngoroutine 1 [sync.WaitGroup.Wait]:\n"),
        "{text}"
    );
    assert!(text.contains(&format!("/sync.rs:{line}\n")), "{text}");
}

#[test]
fn go_counts_also_who_calls_goexit() {
    two().run(|| {
        let (wg, ran) = (WaitGroup::new(), Arc::new(AtomicUsize::new(0)));
        for i in 0..100 {
            let ran = ran.clone();
            wg.go(move || {
                ran.fetch_add(1, Ordering::SeqCst);
                if i % 2 == 0 {
                    runtime::goexit();
                }
            });
        }
        wg.wait();
        assert_eq!(ran.load(Ordering::SeqCst), 100);
    });
}

#[test]
fn a_panic_in_go_does_not_let_wait_go_on() {
    let went_on = Arc::new(AtomicBool::new(false));
    let w = went_on.clone();
    let text = crash(move || {
        let wg = WaitGroup::new();
        wg.go(|| panic!("in the group"));
        wg.wait();
        w.store(true, Ordering::SeqCst);
    });
    assert!(
        text.starts_with("panic: in the group [recovered, repanicked]\n\ngoroutine 2 ["),
        "{text}"
    );
    assert!(!went_on.load(Ordering::SeqCst));
}

#[test]
fn a_group_is_used_again_and_again() {
    two().run(|| {
        let (wg, n) = (WaitGroup::new(), Arc::new(AtomicUsize::new(0)));
        for round in 1..=500 {
            for _ in 0..3 {
                let n = n.clone();
                wg.go(move || {
                    n.fetch_add(1, Ordering::SeqCst);
                });
            }
            wg.wait();
            assert_eq!(n.load(Ordering::SeqCst), round * 3);
        }
    });
}

// ---- Mutex ------------------------------------------------------------------------------------------------------

#[test]
fn one_at_a_time_has_the_lock() {
    for procs in [1, 2, 4] {
        Builder::new().procs(procs).run(|| {
            let m = Arc::new(Mutex::new(0u64));
            let inside = Arc::new(AtomicUsize::new(0));
            let wg = WaitGroup::new();
            for n in 0..8 {
                let (m, inside) = (m.clone(), inside.clone());
                wg.go(move || {
                    for i in 0..1_000 {
                        let mut g = if i % 3 == 0 {
                            match m.try_lock() {
                                Some(g) => g,
                                None => m.lock(),
                            }
                        } else {
                            m.lock()
                        };
                        assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                        *g += 1;
                        if (i + n) % 100 == 0 {
                            runtime::gosched(); // with the lock held, so that others have to wait
                        }
                        inside.fetch_sub(1, Ordering::SeqCst);
                    }
                });
            }
            wg.wait();
            assert_eq!(*m.lock(), 8_000);
            assert!(m.try_lock().is_some());
        });
    }
}

#[test]
fn a_lock_may_be_held_across_anything_that_waits() {
    one().run(|| {
        let (m, ch) = (Arc::new(Mutex::new(0)), chan(0));
        let (n, c) = (m.clone(), ch.clone());
        go!({
            let mut g = n.lock();
            *g = c.recv().unwrap();
        });
        settle();
        assert!(m.try_lock().is_none());
        ch.send(9);
        assert_eq!(*m.lock(), 9);
    });
}

#[test]
fn a_panic_releases_the_lock_and_poisons_nothing() {
    one().run(|| {
        let m = Arc::new(Mutex::new(1));
        let e = catch_unwind(|| {
            let mut g = m.lock();
            *g = 2;
            panic!("with the lock held");
        });
        assert!(e.is_err());
        assert_eq!(*m.lock(), 2);
        let n = m.clone();
        go!({
            let _g = n.lock();
            runtime::goexit();
        });
        settle();
        assert!(m.try_lock().is_some());
    });
}

#[test]
fn who_holds_it_and_locks_again_waits_for_ever() {
    let line = line!() + 4;
    let text = crash(|| {
        let m = Mutex::new(());
        let _first = m.lock();
        let _second = m.lock();
    });
    assert!(
        text.contains("\ngoroutine 1 [sync.Mutex.Lock]:\n"),
        "{text}"
    );
    assert!(text.contains(&format!("/sync.rs:{line}\n")), "{text}");
}

#[test]
fn a_raw_mutex_belongs_to_nobody() {
    one().run(|| {
        let m = Arc::new(raw::Mutex::new());
        m.lock();
        let n = m.clone();
        go!({ n.unlock() });
        m.lock();
        m.unlock();
        assert!(m.try_lock());
    });
}

#[test]
fn unlocking_what_is_not_locked_is_fatal_and_cannot_be_recovered() {
    let crash = one().try_run(|| {
        let m = raw::Mutex::new();
        m.lock();
        m.unlock();
        let _ = catch_unwind(|| m.unlock());
        unreachable!("it was recovered");
    });
    let Err(Crash::Fatal(report)) = crash else {
        panic!("{crash:?}");
    };
    assert_eq!(report.message, "sync: unlock of unlocked mutex");
    assert!(
        report
            .text
            .starts_with("fatal error: sync: unlock of unlocked mutex\n\ngoroutine 1 [running]:\n"),
        "{}",
        report.text
    );
}

/// A goroutine that takes the lock again and again, and holds it most of the time, must let another one in: that is what
/// the starvation mode is for.
#[test]
fn a_greedy_goroutine_does_not_starve_another() {
    two().run(|| {
        let (m, stop) = (Arc::new(Mutex::new(())), Arc::new(AtomicBool::new(false)));
        let (n, s) = (m.clone(), stop.clone());
        let wg = WaitGroup::new();
        wg.go(move || {
            while !s.load(Ordering::SeqCst) {
                let g = n.lock();
                time::sleep(Duration::from_micros(100));
                drop(g);
            }
        });
        let start = Instant::now();
        for _ in 0..10 {
            time::sleep(Duration::from_micros(100));
            drop(m.lock());
        }
        stop.store(true, Ordering::SeqCst);
        wg.wait();
        assert!(
            start.elapsed() < Duration::from_secs(10),
            "{:?}",
            start.elapsed()
        );
    });
}

/// Whoever has waited long gets the lock in order of arrival, though a greedy goroutine never leaves it alone.
#[test]
fn a_starving_mutex_is_handed_over_in_order() {
    let order = one().run(|| {
        let (m, order) = (Arc::new(Mutex::new(())), chan(4));
        let held = m.lock();
        let wg = WaitGroup::new();
        for i in 0..4 {
            let (m, order) = (m.clone(), order.clone());
            wg.go(move || {
                let _held = m.lock();
                order.send(i);
            });
            settle();
        }
        time::sleep(Duration::from_millis(5));
        drop(held);
        // Barging: whoever was woken finds it taken again, has waited too long, and asks for a hand-over.
        let held = m.lock();
        settle();
        drop(held);
        wg.wait();
        order.close();
        order.into_iter().collect::<Vec<_>>()
    });
    assert_eq!(order, [0, 1, 2, 3]);
}

#[test]
fn statics_and_unsized_values_are_locked_too() {
    static LOG: Mutex<Vec<u32>> = Mutex::new(Vec::new());
    two().run(|| {
        let wg = WaitGroup::new();
        for i in 0..100 {
            wg.go(move || LOG.lock().push(i));
        }
        wg.wait();
        let mut log = std::mem::take(&mut *LOG.lock());
        log.sort_unstable();
        assert!(log.into_iter().eq(0..100));

        let shape: Arc<Mutex<dyn Fn() -> i32 + Send>> = Arc::new(Mutex::new(|| 5));
        assert_eq!(shape.lock()(), 5);
        let words: Box<Mutex<[&str]>> = Box::new(Mutex::new(["a", "b"]));
        words.lock()[0] = "c";
        assert_eq!(*words.lock(), ["c", "b"]);
    });
}

#[test]
fn a_value_in_a_mutex_is_dropped_once() {
    let value = Arc::new(());
    let m = Mutex::new(value.clone());
    assert_eq!(Arc::strong_count(&value), 2);
    *m.lock() = value.clone();
    assert_eq!(Arc::strong_count(&value), 2);
    drop(m.into_inner());
    assert_eq!(Arc::strong_count(&value), 1);
}

// ---- Shared, sleep ----------------------------------------------------------------------------------------------

#[test]
fn a_shared_variable_is_never_torn() {
    two().run(|| {
        let s = Shared::new([0u64; 8]);
        let wg = WaitGroup::new();
        for n in 1..=2 {
            let s = s.clone();
            wg.go(move || {
                for i in 0..20_000 {
                    s.set([n * 1_000_000 + i; 8]);
                    let v = s.get();
                    assert!(v.iter().all(|&x| x == v[0]), "{v:?}");
                }
            });
        }
        wg.wait();
    });
}

#[test]
fn updates_in_order_add_up() {
    one().run(|| {
        let n = Shared::new(0);
        for _ in 0..100 {
            let done = chan(0);
            let (m, d) = (n.clone(), done.clone());
            go!({
                m.update(|v| v + 1);
                d.send(());
            });
            done.recv();
        }
        assert_eq!(n.get(), 100);
    });
}

#[test]
fn sleepers_wake_in_order_of_time_and_not_early() {
    let order = two().run(|| {
        let order = chan(4);
        let start = time::now();
        for ms in [20, 5, 10, 0] {
            let order = order.clone();
            go!({
                time::sleep(Duration::from_millis(ms));
                assert!(time::since(start) >= Duration::from_millis(ms));
                order.send(ms);
            });
        }
        (0..4).map(|_| order.recv().unwrap()).collect::<Vec<_>>()
    });
    assert_eq!(order, [0, 5, 10, 20]);
}

#[test]
fn a_sleep_without_end_does_not_overflow() {
    one().run(|| {
        go!({ time::sleep(Duration::MAX) });
        settle();
    });
}

#[test]
fn two_sleeps_take_the_time_of_one() {
    one().run(|| {
        let (wg, start) = (WaitGroup::new(), Instant::now());
        for _ in 0..100 {
            wg.go(|| time::sleep(Duration::from_millis(30)));
        }
        wg.wait();
        let took = start.elapsed();
        assert!(took >= Duration::from_millis(30), "{took:?}");
        assert!(took < Duration::from_millis(1_500), "{took:?}");
    });
}

mod limit;
