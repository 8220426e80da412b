//! Starting, yielding, waiting, blocking.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use goroutines::prelude::*;

/// Waves of 1,000 goroutines that do nothing.
pub fn spawn(n: u64) -> u64 {
    let wg = WaitGroup::new();
    for _ in 0..n / 1_000 {
        for _ in 0..1_000 {
            wg.go(|| {});
        }
        wg.wait();
    }
    n
}

/// `n` yields, shared by `goroutines`.
pub fn gosched(goroutines: u64, n: u64) -> u64 {
    let wg = WaitGroup::new();
    let sum = Arc::new(AtomicU64::new(0));
    for _ in 0..goroutines {
        let sum = sum.clone();
        wg.go(move || {
            for _ in 0..n / goroutines {
                runtime::gosched();
            }
            sum.fetch_add(n / goroutines, Ordering::Relaxed);
        });
    }
    wg.wait();
    sum.load(Ordering::Relaxed)
}

/// 1,000 goroutines that each add their number, and are waited for; `n / 1,000` times.
pub fn fan_out(n: u64) -> u64 {
    let sum = Arc::new(AtomicU64::new(0));
    for _ in 0..n / 1_000 {
        let wg = WaitGroup::new();
        for i in 0..1_000 {
            let sum = sum.clone();
            wg.go(move || {
                sum.fetch_add(i, Ordering::Relaxed);
            });
        }
        wg.wait();
    }
    sum.load(Ordering::Relaxed)
}

/// A tree of goroutines, ten below each, `n` leaves; each tells its parent the sum below it.
pub fn skynet(n: u64) -> u64 {
    fn node(up: Chan<u64>, number: u64, size: u64) {
        if size == 1 {
            up.send(number);
            return;
        }
        let sums = chan(0);
        for i in 0..10 {
            let sums = sums.clone();
            go(move || node(sums, number + i * (size / 10), size / 10));
        }
        up.send((0..10).filter_map(|_| sums.recv()).sum());
    }
    let sums = chan(0);
    let up = sums.clone();
    go(move || node(up, 0, n));
    sums.recv().expect("the root tells")
}

/// `n` goroutines that wait for one channel, until it is closed.
pub fn parked(n: u64) {
    let gate = chan::<()>(0);
    let wg = WaitGroup::new();
    let arrived = Arc::new(AtomicU64::new(0));
    let left = Arc::new(AtomicU64::new(0));
    let before = versus::resident();
    let start = Instant::now();
    for _ in 0..n {
        let (gate, arrived, left) = (gate.clone(), arrived.clone(), left.clone());
        wg.go(move || {
            arrived.fetch_add(1, Ordering::Relaxed);
            gate.recv();
            left.fetch_add(1, Ordering::Relaxed);
        });
    }
    while arrived.load(Ordering::Relaxed) < n {
        runtime::gosched();
    }
    let created = start.elapsed();
    let bytes = versus::resident().saturating_sub(before);
    let start = Instant::now();
    gate.close();
    wg.wait();
    versus::report_parked(
        n,
        created,
        start.elapsed(),
        bytes,
        left.load(Ordering::Relaxed),
    );
}

/// `n` goroutines that each sleep 1 to 100 ms.
pub fn timers(n: u64) -> u64 {
    let wg = WaitGroup::new();
    let fired = Arc::new(AtomicU64::new(0));
    for i in 0..n {
        let fired = fired.clone();
        wg.go(move || {
            let (start, d) = (Instant::now(), Duration::from_millis(1 + i % 100));
            time::sleep(d);
            assert!(start.elapsed() >= d, "too early");
            fired.fetch_add(1, Ordering::Relaxed);
        });
    }
    wg.wait();
    fired.load(Ordering::Relaxed)
}

/// Timers by the thousand, made, set anew and stopped before they fire; `n` timers.
pub fn timer_stop(n: u64) -> u64 {
    let hours = |h: u64| Duration::from_secs(h * 3_600);
    let mut stopped = 0;
    for _ in 0..n / 1_000 {
        let all: Vec<time::Timer> = (0..1_000)
            .map(|i| time::after_func(hours(1) + Duration::from_secs(i), || {}))
            .collect();
        for (i, timer) in (0..).zip(&all) {
            timer.reset(hours(2) - Duration::from_secs(i));
        }
        stopped += all.iter().filter(|timer| timer.stop()).count() as u64;
    }
    stopped
}

/// 100 goroutines that share `n` calls, each of which blocks its thread for a millisecond.
pub fn blocking(n: u64) -> u64 {
    let wg = WaitGroup::new();
    let calls = Arc::new(AtomicU64::new(0));
    for _ in 0..100 {
        let calls = calls.clone();
        wg.go(move || {
            for _ in 0..n / 100 {
                runtime::syscall(|| std::thread::sleep(Duration::from_millis(1)));
                calls.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    wg.wait();
    calls.load(Ordering::Relaxed)
}

/// A loop without calls, until another goroutine ran; `n` times.
pub fn preempt(n: u64) -> u64 {
    for _ in 0..n {
        let ran = Arc::new(AtomicBool::new(false));
        let other = ran.clone();
        go(move || other.store(true, Ordering::Relaxed));
        let mut turns = 0_u64;
        while !ran.load(Ordering::Relaxed) {
            turns = black_box(turns + 1);
        }
    }
    n
}
