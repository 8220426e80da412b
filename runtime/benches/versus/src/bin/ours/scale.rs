//! What an operation costs with ever more goroutines.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use goroutines::prelude::*;

/// As many goroutines as asked for, each of which is there and waits before the clock starts; then `share` is done by
/// each, and the time until all have done it is measured. What the shares return is added up.
fn all_at_once(
    row: &str,
    goroutines: u64,
    n: u64,
    share: impl Fn(u64) -> u64 + Send + Sync + 'static,
) {
    let gate = chan::<()>(0);
    let wg = WaitGroup::new();
    let share = Arc::new(share);
    let arrived = Arc::new(AtomicU64::new(0));
    let sum = Arc::new(AtomicU64::new(0));
    for me in 0..goroutines {
        let (gate, share) = (gate.clone(), share.clone());
        let (arrived, sum) = (arrived.clone(), sum.clone());
        wg.go(move || {
            arrived.fetch_add(1, Ordering::Relaxed);
            gate.recv();
            sum.fetch_add(share(me), Ordering::Relaxed);
        });
    }
    while arrived.load(Ordering::Relaxed) < goroutines {
        runtime::gosched();
    }
    let start = Instant::now();
    gate.close();
    wg.wait();
    let took = start.elapsed().as_nanos() as u64;
    versus::line(row, took, n, sum.load(Ordering::Relaxed));
}

/// `n` yields, shared by `goroutines`.
pub fn yields(row: &str, goroutines: u64, n: u64) {
    let each = n / goroutines;
    all_at_once(row, goroutines, n, move |_| {
        for _ in 0..each {
            runtime::gosched();
        }
        each
    });
}

/// Pairs that send a number there and one more back: `n` operations, one for each that sends and one for each that
/// answers.
pub fn pairs(row: &str, goroutines: u64, n: u64) {
    let channels: Vec<[Chan<u64>; 2]> = (0..goroutines / 2).map(|_| [chan(0), chan(0)]).collect();
    let each = n / goroutines;
    all_at_once(row, goroutines, n, move |me| {
        let [there, back] = &channels[me as usize / 2];
        let mut done = 0;
        for i in 0..each {
            if me % 2 == 0 {
                there.send(i);
                done += u64::from(back.recv() == Some(i + 1));
            } else if let Some(v) = there.recv() {
                back.send(v + 1);
                done += 1;
            }
        }
        done
    });
}
