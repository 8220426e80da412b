//! Locks, and waiting for a condition.

use std::hint::black_box;
use std::sync::Arc;

use goroutines::prelude::*;

/// `n` additions under one lock, shared by `goroutines`.
pub fn mutex(goroutines: u64, n: u64) -> u64 {
    let sum = Arc::new(Mutex::new(0_u64));
    let wg = WaitGroup::new();
    for _ in 0..goroutines {
        let sum = sum.clone();
        wg.go(move || {
            for _ in 0..n / goroutines {
                *sum.lock() += 1;
            }
        });
    }
    wg.wait();
    *sum.lock()
}

/// `n` looks at a number by 8 goroutines, each tenth of them an addition.
pub fn rwmutex(n: u64) -> u64 {
    let sum = Arc::new(RWMutex::new(0_u64));
    let wg = WaitGroup::new();
    for _ in 0..8 {
        let sum = sum.clone();
        wg.go(move || {
            for i in 0..n / 8 {
                if i % 10 == 0 {
                    *sum.write() += 1;
                } else {
                    black_box(*sum.read());
                }
            }
        });
    }
    wg.wait();
    *sum.read()
}

/// Two goroutines in turn: each waits until it is its turn, and signals the other. `n` turns.
pub fn cond(n: u64) -> u64 {
    let shared = Arc::new((Mutex::new(0_u64), Cond::new()));
    let wg = WaitGroup::new();
    for me in 0..2 {
        let shared = shared.clone();
        wg.go(move || {
            let (turn, changed) = &*shared;
            for _ in 0..n / 2 {
                let mut turn = turn.lock();
                while *turn % 2 != me {
                    turn = changed.wait(turn);
                }
                *turn += 1;
                changed.signal();
            }
        });
    }
    wg.wait();
    *shared.0.lock()
}

/// 100 goroutines wait for one another, again and again: `n` arrivals, the last of each hundred wakes the others.
pub fn barrier(n: u64) -> u64 {
    let shared = Arc::new((Mutex::new(0_u64), Cond::new()));
    let wg = WaitGroup::new();
    for _ in 0..100 {
        let shared = shared.clone();
        wg.go(move || {
            let (arrived, changed) = &*shared;
            for round in 1..=n / 100 {
                let mut arrived = arrived.lock();
                *arrived += 1;
                if *arrived == round * 100 {
                    changed.broadcast();
                }
                while *arrived < round * 100 {
                    arrived = changed.wait(arrived);
                }
            }
        });
    }
    wg.wait();
    *shared.0.lock()
}
