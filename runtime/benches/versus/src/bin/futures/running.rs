//! Starting, yielding, waiting, locking, blocking.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::runtime::Runtime;

/// Waves of 1,000 tasks that do nothing.
pub async fn spawn<R: Runtime>(n: u64) -> u64 {
    for _ in 0..n / 1_000 {
        let wave: Vec<_> = (0..1_000).map(|_| R::spawn(async {})).collect();
        for task in wave {
            task.await;
        }
    }
    n
}

/// `n` yields, shared by `tasks`.
pub async fn gosched<R: Runtime>(tasks: u64, n: u64) -> u64 {
    let all: Vec<_> = (0..tasks)
        .map(|_| {
            R::spawn(async move {
                for _ in 0..n / tasks {
                    R::yield_now().await;
                }
                n / tasks
            })
        })
        .collect();
    let mut sum = 0;
    for task in all {
        sum += task.await;
    }
    sum
}

/// 1,000 tasks that each add their number, and are waited for; `n / 1,000` times.
pub async fn fan_out<R: Runtime>(n: u64) -> u64 {
    let sum = Arc::new(AtomicU64::new(0));
    for _ in 0..n / 1_000 {
        let wave: Vec<_> = (0..1_000)
            .map(|i| {
                let sum = sum.clone();
                R::spawn(async move {
                    sum.fetch_add(i, Ordering::Relaxed);
                })
            })
            .collect();
        for task in wave {
            task.await;
        }
    }
    sum.load(Ordering::Relaxed)
}

/// `n` tasks that wait for one gate, until it is opened.
pub async fn parked<R: Runtime>(n: u64) {
    let gate = Arc::new(R::Gate::default());
    let arrived = Arc::new(AtomicU64::new(0));
    let left = Arc::new(AtomicU64::new(0));
    let before = versus::resident();
    let start = Instant::now();
    for _ in 0..n {
        let (gate, arrived, left) = (gate.clone(), arrived.clone(), left.clone());
        R::detach(async move {
            let opened = R::pass(&gate);
            arrived.fetch_add(1, Ordering::Relaxed);
            opened.await;
            left.fetch_add(1, Ordering::Relaxed);
        });
    }
    while arrived.load(Ordering::Relaxed) < n {
        R::yield_now().await;
    }
    let created = start.elapsed();
    let bytes = versus::resident().saturating_sub(before);
    let start = Instant::now();
    R::open(&gate);
    while left.load(Ordering::Relaxed) < n {
        R::yield_now().await;
    }
    let sum = left.load(Ordering::Relaxed);
    versus::report_parked(n, created, start.elapsed(), bytes, sum);
}

/// `n` tasks that each sleep 1 to 100 ms.
pub async fn timers<R: Runtime>(n: u64) -> u64 {
    let all: Vec<_> = (0..n)
        .map(|i| {
            R::spawn(async move {
                let (start, d) = (Instant::now(), Duration::from_millis(1 + i % 100));
                R::sleep(d).await;
                assert!(start.elapsed() >= d, "too early");
                1
            })
        })
        .collect();
    let mut fired = 0;
    for task in all {
        fired += task.await;
    }
    fired
}

/// 100 tasks that share `n` calls, each of which blocks its thread for a millisecond.
pub async fn blocking<R: Runtime>(n: u64) -> u64 {
    let all: Vec<_> = (0..100)
        .map(|_| {
            R::spawn(async move {
                for _ in 0..n / 100 {
                    R::blocking(|| std::thread::sleep(Duration::from_millis(1))).await;
                }
                n / 100
            })
        })
        .collect();
    let mut calls = 0;
    for task in all {
        calls += task.await;
    }
    calls
}

/// A loop without calls, until another task ran; `n` times.
pub fn preempt<R: Runtime>(n: u64) -> u64 {
    for _ in 0..n {
        let ran = Arc::new(AtomicBool::new(false));
        let other = ran.clone();
        R::detach(async move { other.store(true, Ordering::Relaxed) });
        let mut turns = 0_u64;
        while !ran.load(Ordering::Relaxed) {
            turns = black_box(turns + 1);
        }
    }
    n
}

/// `n` additions under one lock, shared by `tasks`.
pub async fn mutex<R: Runtime>(tasks: u64, n: u64) -> u64 {
    let sum = Arc::new(R::Mutex::default());
    let all: Vec<_> = (0..tasks)
        .map(|_| {
            let sum = sum.clone();
            R::spawn(async move {
                for _ in 0..n / tasks {
                    R::lock_and_add(&sum).await;
                }
            })
        })
        .collect();
    for task in all {
        task.await;
    }
    R::locked(&sum).await
}

/// `n` looks at a number by 8 tasks, each tenth of them an addition.
pub async fn rwlock<R: Runtime>(n: u64) -> u64 {
    let sum = Arc::new(R::RwLock::default());
    let all: Vec<_> = (0..8)
        .map(|_| {
            let sum = sum.clone();
            R::spawn(async move {
                for i in 0..n / 8 {
                    if i % 10 == 0 {
                        R::write_and_add(&sum).await;
                    } else {
                        black_box(R::read(&sum).await);
                    }
                }
            })
        })
        .collect();
    for task in all {
        task.await;
    }
    R::read(&sum).await
}
