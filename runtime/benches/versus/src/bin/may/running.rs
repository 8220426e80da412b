//! Starting, yielding, waiting, locking, blocking.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use may::coroutine::{self, JoinHandle};
use may::go;
use may::sync::{Condvar, Mutex, RwLock, SyncFlag};

/// Waits for all, and adds what they return.
fn join(all: Vec<JoinHandle<u64>>) -> u64 {
    all.into_iter()
        .map(|one| one.join().expect("it does not panic"))
        .sum()
}

/// Waves of 1,000 coroutines that do nothing.
pub fn spawn(n: u64) -> u64 {
    (0..n / 1_000)
        .map(|_| join((0..1_000).map(|_| go!(|| 1)).collect()))
        .sum()
}

/// `n` yields, shared by `coroutines`.
pub fn gosched(coroutines: u64, n: u64) -> u64 {
    let each = n / coroutines;
    let all = (0..coroutines).map(|_| {
        go!(move || {
            for _ in 0..each {
                coroutine::yield_now();
            }
            each
        })
    });
    join(all.collect())
}

/// 1,000 coroutines that each add their number, and are waited for; `n / 1,000` times.
pub fn fan_out(n: u64) -> u64 {
    let sum = Arc::new(AtomicU64::new(0));
    for _ in 0..n / 1_000 {
        let wave = (0..1_000).map(|i| {
            let sum = sum.clone();
            go!(move || sum.fetch_add(i, Ordering::Relaxed))
        });
        join(wave.collect());
    }
    sum.load(Ordering::Relaxed)
}

/// `n` coroutines that wait for one flag, until it is raised.
pub fn parked(n: u64) {
    let gate = Arc::new(SyncFlag::new());
    let arrived = Arc::new(AtomicU64::new(0));
    let left = Arc::new(AtomicU64::new(0));
    let before = versus::resident();
    let start = Instant::now();
    for _ in 0..n {
        let (gate, arrived, left) = (gate.clone(), arrived.clone(), left.clone());
        go!(move || {
            arrived.fetch_add(1, Ordering::Relaxed);
            gate.wait();
            left.fetch_add(1, Ordering::Relaxed);
        });
    }
    while arrived.load(Ordering::Relaxed) < n {
        coroutine::yield_now();
    }
    let created = start.elapsed();
    let bytes = versus::resident().saturating_sub(before);
    let start = Instant::now();
    gate.fire();
    while left.load(Ordering::Relaxed) < n {
        coroutine::yield_now();
    }
    let sum = left.load(Ordering::Relaxed);
    versus::report_parked(n, created, start.elapsed(), bytes, sum);
}

/// `n` coroutines that each sleep 1 to 100 ms.
pub fn timers(n: u64) -> u64 {
    let all = (0..n).map(|i| {
        go!(move || {
            let (start, d) = (Instant::now(), Duration::from_millis(1 + i % 100));
            coroutine::sleep(d);
            assert!(start.elapsed() >= d, "too early");
            1
        })
    });
    join(all.collect())
}

/// 100 coroutines that share `n` calls, each of which blocks its thread for a millisecond: may has nothing for it.
pub fn blocking(n: u64) -> u64 {
    let all = (0..100).map(|_| {
        go!(move || {
            for _ in 0..n / 100 {
                std::thread::sleep(Duration::from_millis(1));
            }
            n / 100
        })
    });
    join(all.collect())
}

/// A loop without calls, until another coroutine ran; `n` times.
pub fn preempt(n: u64) -> u64 {
    for _ in 0..n {
        let ran = Arc::new(AtomicBool::new(false));
        let other = ran.clone();
        go!(move || other.store(true, Ordering::Relaxed));
        let mut turns = 0_u64;
        while !ran.load(Ordering::Relaxed) {
            turns = black_box(turns + 1);
        }
    }
    n
}

/// `n` additions under one lock, shared by `coroutines`.
pub fn mutex(coroutines: u64, n: u64) -> u64 {
    let sum = Arc::new(Mutex::new(0_u64));
    let all = (0..coroutines).map(|_| {
        let sum = sum.clone();
        go!(move || {
            for _ in 0..n / coroutines {
                *sum.lock().expect("nobody panics") += 1;
            }
            0
        })
    });
    join(all.collect());
    *sum.lock().expect("nobody panics")
}

/// `n` looks at a number by 8 coroutines, each tenth of them an addition.
pub fn rwlock(n: u64) -> u64 {
    let sum = Arc::new(RwLock::new(0_u64));
    let all = (0..8).map(|_| {
        let sum = sum.clone();
        go!(move || {
            for i in 0..n / 8 {
                if i % 10 == 0 {
                    *sum.write().expect("nobody panics") += 1;
                } else {
                    black_box(*sum.read().expect("nobody panics"));
                }
            }
            0
        })
    });
    join(all.collect());
    *sum.read().expect("nobody panics")
}

/// Two coroutines in turn: each waits until it is its turn, and signals the other. `n` turns.
pub fn cond(n: u64) -> u64 {
    let shared = Arc::new((Mutex::new(0_u64), Condvar::new()));
    let both = (0..2).map(|me| {
        let shared = shared.clone();
        go!(move || {
            let (turn, changed) = &*shared;
            for _ in 0..n / 2 {
                let mut turn = turn.lock().expect("nobody panics");
                while *turn % 2 != me {
                    turn = changed.wait(turn).expect("nobody panics");
                }
                *turn += 1;
                changed.notify_one();
            }
            0
        })
    });
    join(both.collect());
    *shared.0.lock().expect("nobody panics")
}

/// 100 coroutines wait for one another, again and again: `n` arrivals, the last of each hundred wakes the others.
pub fn barrier(n: u64) -> u64 {
    let shared = Arc::new((Mutex::new(0_u64), Condvar::new()));
    let all = (0..100).map(|_| {
        let shared = shared.clone();
        go!(move || {
            let (arrived, changed) = &*shared;
            for round in 1..=n / 100 {
                let mut arrived = arrived.lock().expect("nobody panics");
                *arrived += 1;
                if *arrived == round * 100 {
                    changed.notify_all();
                }
                while *arrived < round * 100 {
                    arrived = changed.wait(arrived).expect("nobody panics");
                }
            }
            0
        })
    });
    join(all.collect());
    *shared.0.lock().expect("nobody panics")
}
