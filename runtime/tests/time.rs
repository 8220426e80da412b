//! Time: timers and tickers as Go has them since 1.23, what keeps a program alive, and the same under a virtual clock.

use std::panic::catch_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use goroutines::explore::{Options, check};
use goroutines::prelude::*;
use goroutines::sync::atomic::Int64;
use goroutines::{Crash, WouldBlock};
use time::{Duration, Instant, Ticker, Timer};

const HOUR: Duration = Duration::from_secs(3600);

fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

/// Under a virtual clock in many schedules: what is said about time is exact there. In a quarter of them the clock also
/// moves while others could run, so that no computation is quick enough for a timer.
#[track_caller]
fn holds(f: impl Fn() + Send + Sync + 'static) {
    let r = check(&Options::new().schedules(500), f);
    assert!(
        r.failure.is_none(),
        "{r}\n{}",
        r.failure
            .as_ref()
            .map_or_else(String::new, ToString::to_string)
    );
}

/// On the real scheduler, at one P and at two.
fn runs(f: impl Fn() + Copy) {
    for procs in [1, 2] {
        Builder::new().procs(procs).try_run(f).unwrap();
    }
}

fn panics(f: impl FnOnce() + std::panic::UnwindSafe) -> String {
    let payload = catch_unwind(f).expect_err("it did not panic");
    payload
        .downcast_ref::<&'static str>()
        .expect("a &'static str")
        .to_string()
}

#[test]
fn a_timer_sends_once_and_not_too_early() {
    runs(|| {
        let start = time::now();
        let t = Timer::new(ms(3));
        assert_eq!((t.c.len(), t.c.cap()), (0, 0));
        let due = t.c.recv().unwrap();
        assert!(due - start >= ms(3) && due <= time::now());
        assert_eq!(t.c.try_recv(), Err(WouldBlock));
        assert!(!t.stop());
        assert!(!t.reset(ms(1)));
        assert!(t.c.recv().is_some());
    });
}

#[test]
fn under_the_virtual_clock_it_is_exact() {
    holds(|| {
        let start = time::now();
        let due = time::after(HOUR).recv().unwrap();
        assert_eq!(due - start, HOUR);
        let ticker = Ticker::new(ms(10));
        let start = time::now();
        for i in 1..=5 {
            let at = ticker.c.recv().unwrap();
            assert_eq!(at.saturating_duration_since(start) / i, ms(10));
        }
        ticker.stop();
    });
}

#[test]
fn time_goes_on_for_those_who_only_poll() {
    // The channel of a timer.
    holds(|| {
        let start = time::now();
        let t = Timer::new(HOUR);
        while t.c.try_recv().is_err() {
            runtime::gosched();
        }
        assert_eq!(time::since(start), HOUR);
    });
    // A `default` in a select, twice, while another goroutine sleeps.
    holds(|| {
        let (ticker, woke) = (Ticker::new(HOUR), Int64::new(0));
        let woke = Arc::new(woke);
        let w = woke.clone();
        go!({
            time::sleep(HOUR / 2);
            w.store(1);
        });
        let mut ticks = 0;
        while ticks < 2 || woke.load() == 0 {
            select! {
                recv(ticker.c) => ticks += 1,
                default => {}
            }
        }
    });
    // A flag under a lock that a sleeper sets.
    holds(|| {
        let done = Arc::new(Mutex::new(false));
        let d = done.clone();
        go!({
            time::sleep(HOUR);
            *d.lock() = true;
        });
        while !*done.lock() {
            runtime::gosched();
        }
    });
    // The clock itself.
    holds(|| {
        let start = time::now();
        while time::since(start) < HOUR {}
    });
}

#[test]
fn for_ever_is_longer_than_any_work() {
    holds(|| {
        let ch = chan(0);
        let out = ch.clone();
        go!(out.send(1));
        select! {
            recv(ch) -> v => assert_eq!(v, Some(1)),
            recv(time::after(Duration::MAX)) => panic!("not in our time"),
        }
    });
}

#[test]
fn nothing_stale_is_received() {
    runs(|| {
        let t = Timer::new(ms(1));
        time::sleep(ms(4));
        // It is due, nobody has taken it: it counts as pending, and is gone.
        assert_eq!((t.c.len(), t.c.cap()), (0, 0));
        assert!(t.stop());
        assert_eq!(t.c.try_recv(), Err(WouldBlock));
        assert!(!t.stop());
        t.reset(ms(1));
        time::sleep(ms(4));
        assert!(t.reset(HOUR));
        assert_eq!(t.c.try_recv(), Err(WouldBlock));
        assert!(t.reset(ms(1)));
        assert!(t.c.recv().is_some());
    });
}

#[test]
fn a_waiting_receiver_follows_a_reset() {
    let main = || {
        let t = Arc::new(Timer::new(HOUR));
        let got = chan(0);
        let (t2, got2) = (t.clone(), got.clone());
        go!({ got2.send(t2.c.recv()) });
        time::sleep(ms(2));
        t.reset(ms(2));
        assert!(got.recv().unwrap().is_some());
    };
    runs(main);
    holds(main);
}

#[test]
fn a_stopped_timer_leaves_its_receiver_waiting() {
    let main = || {
        let t = Arc::new(Timer::new(ms(1)));
        let t2 = t.clone();
        go!({
            time::sleep(Duration::from_nanos(1));
            t2.stop();
        });
        t.c.recv();
    };
    let r = Builder::new().procs(1).try_run(move || {
        let t = Timer::new(HOUR);
        assert!(t.stop());
        t.c.recv();
    });
    assert!(matches!(r, Err(Crash::Deadlock(_))), "{r:?}");
    // Both ends of the race occur, and no third one.
    let r = check(&Options::new().schedules(300), main);
    assert!(r.failed > 0, "{r}");
    assert!(r.failure.unwrap().message.contains("deadlock"));
}

#[test]
fn a_ticker_drops_what_a_slow_receiver_misses() {
    runs(|| {
        let ticker = Ticker::new(ms(2));
        assert_eq!((ticker.c.len(), ticker.c.cap()), (0, 0));
        time::sleep(ms(11));
        let first = ticker.c.recv().unwrap();
        let second = ticker.c.recv().unwrap();
        // The intervals are kept, their number is not.
        assert!(second - first >= ms(8), "{:?}", second - first);
        ticker.reset(ms(1));
        assert!(ticker.c.recv().is_some());
        ticker.stop();
        time::sleep(ms(3));
        assert_eq!(ticker.c.try_recv(), Err(WouldBlock));
        ticker.reset(ms(1));
        assert!(ticker.c.recv().is_some());
    });
}

#[test]
fn intervals_that_are_none() {
    runs(|| {
        let zero = Duration::ZERO;
        let text = panics(|| drop(Ticker::new(zero)));
        assert_eq!(text, "non-positive interval for NewTicker");
        let text = panics(|| Ticker::new(HOUR).reset(zero));
        assert_eq!(text, "non-positive interval for Ticker.Reset");
        assert!(time::tick(zero).is_nil());
        assert!(time::after(zero).recv().is_some());
    });
}

#[test]
fn the_longest_duration_is_no_short_one() {
    let main = || {
        let t = Timer::new(Duration::MAX);
        let long = Ticker::new(Duration::MAX);
        let f = time::after_func(Duration::MAX, || panic!("too early"));
        time::sleep(ms(1));
        assert_eq!(t.c.try_recv(), Err(WouldBlock));
        assert_eq!(long.c.try_recv(), Err(WouldBlock));
        assert!(t.stop());
        assert!(f.stop());
        assert!(t.reset(ms(1)) || t.c.recv().is_some());
        long.stop();
    };
    runs(main);
}

#[test]
fn after_func_runs_in_a_goroutine_of_its_own() {
    let main = || {
        let ids = chan(0);
        let tell = ids.clone();
        // It may block: it is no timer's thread that runs it.
        let t = time::after_func(ms(1), move || tell.send(runtime::goid()));
        assert!(t.c.is_nil());
        assert_ne!(ids.recv().unwrap(), runtime::goid());
        assert!(!t.stop());
        assert!(!t.reset(ms(1)));
        assert!(ids.recv().is_some());
        assert!(!t.stop());
    };
    runs(main);
    holds(main);
    runs(|| {
        let t = time::after_func(HOUR, || panic!("it was stopped"));
        assert!(t.reset(HOUR));
        assert!(t.stop());
        assert!(!t.stop());
        assert!(!t.reset(HOUR));
        assert!(t.reset(HOUR));
    });
}

#[test]
fn each_time_that_a_timer_is_pending_ends_with_one_call_or_one_stop() {
    let main = |goroutines: u64, rounds: u64| {
        let [calls, stops, times] = [(); 3].map(|()| Arc::new(Int64::new(0)));
        let called = calls.clone();
        let t = Arc::new(time::after_func(HOUR, move || {
            called.add(1);
        }));
        times.add(1);
        let wg = WaitGroup::new();
        for me in 0..goroutines {
            let (t, stops, times) = (t.clone(), stops.clone(), times.clone());
            wg.go(move || {
                for i in 0..rounds {
                    // Longer, shorter, at once, and not at all, in other orders for each goroutine.
                    let pending = match (i * 7 + me * 3 + i / 11) % 5 {
                        0 => t.reset(Duration::ZERO),
                        1 => t.reset(Duration::from_micros(30)),
                        2 => t.reset(HOUR),
                        3 => t.reset(2 * HOUR),
                        _ => {
                            stops.add(i64::from(t.stop()));
                            continue;
                        }
                    };
                    times.add(i64::from(!pending));
                    if i % 16 == me {
                        runtime::gosched();
                    }
                }
            });
        }
        wg.wait();
        stops.add(i64::from(t.stop()));
        // What was started may not have run yet.
        while calls.load() + stops.load() < times.load() {
            time::sleep(ms(1));
        }
        time::sleep(ms(2));
        assert_eq!(calls.load() + stops.load(), times.load());
    };
    runs(move || main(1, 2_000));
    runs(move || main(4, 5_000));
    holds(move || main(2, 4));
}

#[test]
fn a_stop_that_says_pending_is_never_followed_by_the_call() {
    let main = || {
        let calls = Arc::new(Int64::new(0));
        let c = calls.clone();
        let t = Arc::new(time::after_func(ms(1), move || {
            c.add(1);
        }));
        let stops = Arc::new(Int64::new(0));
        let wg = WaitGroup::new();
        for _ in 0..2 {
            let (t, stops) = (t.clone(), stops.clone());
            wg.go(move || {
                time::sleep(ms(1));
                if t.stop() {
                    stops.add(1);
                }
            });
        }
        wg.wait();
        while calls.load() + stops.load() == 0 {
            time::sleep(ms(1));
        }
        time::sleep(ms(1));
        assert_eq!(calls.load() + stops.load(), 1);
    };
    holds(main);
    for _ in 0..20 {
        runs(main);
    }
}

#[test]
fn what_happened_before_the_timer_was_set_is_seen_by_its_function() {
    holds(|| {
        let x = Shared::new(0);
        let (y, done) = (x.clone(), chan(0));
        x.set(1);
        let tell = done.clone();
        drop(time::after_func(ms(1), move || tell.send(y.get())));
        assert_eq!(done.recv(), Some(1));
    });
}

#[test]
fn timers_nobody_waits_on_hide_no_deadlock() {
    let start = Instant::now();
    for procs in [1, 2] {
        let r = Builder::new().procs(procs).try_run(|| {
            let _t = Timer::new(HOUR);
            let _ticker = Ticker::new(ms(1));
            let _after = time::after(HOUR);
            let stopped = time::after_func(HOUR, || ());
            stopped.stop();
            chan::<()>(0).recv();
        });
        assert!(matches!(r, Err(Crash::Deadlock(_))), "{r:?}");
    }
    assert!(start.elapsed() < HOUR / 60);
}

#[test]
fn a_timer_that_can_still_wake_somebody_is_no_deadlock() {
    runs(|| {
        let c = chan(0);
        let tell = c.clone();
        drop(time::after_func(ms(20), move || tell.send(1)));
        assert_eq!(c.recv(), Some(1));
        let d = c.clone();
        go!({
            let ticker = Ticker::new(ms(2));
            ticker.c.recv();
            ticker.c.recv();
            d.send(2);
        });
        assert_eq!(c.recv(), Some(2));
    });
}

/// Says when it is dropped.
struct Told(Arc<AtomicUsize>);
impl Told {
    fn nothing(&self) {}
}
impl Drop for Told {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn what_a_function_owns_is_dropped_with_its_timer() {
    let dropped = Arc::new(AtomicUsize::new(0));
    let told = Told(dropped.clone());
    let seen = dropped.clone();
    Builder::new()
        .try_run(move || {
            let t = time::after_func(HOUR, move || told.nothing());
            assert!(t.stop());
            drop(t);
            assert_eq!(seen.load(Ordering::SeqCst), 1);
            let told = Told(seen.clone());
            drop(time::after_func(HOUR, move || told.nothing()));
        })
        .unwrap();
    // The second one was pending when its runtime ended.
    assert_eq!(dropped.load(Ordering::SeqCst), 2);
}

#[test]
fn timers_fire_in_order_and_the_oldest_of_a_moment_first() {
    holds(|| {
        let order = chan(10);
        for (i, d) in [(0, 30), (1, 10), (2, 20), (3, 10), (4, 0)] {
            let order = order.clone();
            go!({
                time::after(ms(d)).recv();
                order.send((d, i));
            });
        }
        let mut got: Vec<_> = (0..5).filter_map(|_| order.recv()).collect();
        let sorted = {
            let mut s = got.clone();
            s.sort_unstable();
            s
        };
        // Those of one moment may overtake each other once they can run.
        got.sort_by_key(|&(d, i)| (d, i));
        assert_eq!(got, sorted);
    });
}

#[test]
fn a_hundred_thousand_at_once() {
    runs(|| {
        const N: u64 = 100_000;
        let fired = Arc::new(AtomicUsize::new(0));
        let all: Vec<_> = (0..N)
            .map(|i| {
                let fired = fired.clone();
                time::after_func(HOUR + Duration::from_micros(i * 7919 % N), move || {
                    fired.fetch_add(1, Ordering::Relaxed);
                })
            })
            .collect();
        // A tenth is left, out of the middle.
        for (i, t) in all.iter().enumerate() {
            if i % 10 == 3 {
                assert!(t.reset(Duration::from_micros(i as u64 % 1000)));
            } else {
                assert!(t.stop());
            }
        }
        while fired.load(Ordering::Relaxed) < all.len() / 10 {
            time::sleep(ms(1));
        }
        assert!(all.iter().all(|t| !t.stop()));
    });
}

#[test]
fn an_earlier_timer_wakes_whoever_sleeps_for_a_later_one() {
    for procs in [1, 2, 4] {
        let start = Instant::now();
        Builder::new()
            .procs(procs)
            .try_run(|| {
                for _ in 0..50 {
                    go!({ time::sleep(HOUR) });
                    go! {
                        time::after(HOUR).recv();
                    }
                    time::sleep(Duration::from_micros(200));
                }
            })
            .unwrap();
        assert!(start.elapsed() < HOUR / 60);
    }
}

#[test]
fn timers_are_used_from_another_runtime_and_from_none() {
    let t = Builder::new().try_run(|| Timer::new(HOUR)).unwrap();
    assert_eq!(t.c.try_recv(), Err(WouldBlock));
    runs(|| ());
    Builder::new()
        .try_run(|| {
            assert!(t.reset(ms(1)));
            assert!(t.c.recv().is_some());
            t.reset(ms(1));
        })
        .unwrap();
    assert!(t.stop());
    assert!(!t.stop());
}

mod limit;
