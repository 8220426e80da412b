//! One goroutine that has the lock nearly all the time, and another that wants it: how long the other waits.

use crate::stage::{Stage, program};
use goroutines::prelude::*;
use std::hint::black_box;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::{Duration, Instant};

/// How long the greedy one works in the lock.
const WORK: Duration = Duration::from_micros(100);
/// How often the other one asks.
const ASKS: usize = 60;

pub(super) fn starvation(stage: &mut Stage) -> io::Result<()> {
    // A fixed stage shows no figure, so few will do.
    let asks = if stage.fixed().is_some() { 2 } else { ASKS };
    let waits = program(Builder::new().procs(2), move || {
        let lock = Arc::new(Mutex::new(()));
        let enough = Arc::new(AtomicBool::new(false));
        let wg = WaitGroup::new();
        let (theirs, stop) = (lock.clone(), enough.clone());
        wg.go(move || {
            while !stop.load(SeqCst) {
                let _held = theirs.lock();
                work();
            }
        });
        let mut waits = Vec::new();
        for _ in 0..asks {
            let start = Instant::now();
            drop(lock.lock());
            waits.push(start.elapsed().as_secs_f64() * 1e3);
            work();
        }
        enough.store(true, SeqCst);
        wg.wait();
        waits
    })?;
    let mut counts = [0_usize; 4];
    for ms in &waits {
        let class = match ms {
            ms if *ms < 0.1 => 0,
            ms if *ms < 1.0 => 1,
            ms if *ms < 5.0 => 2,
            _ => 3,
        };
        counts[class] += 1;
    }
    let names = ["under 0.1 ms", "under 1 ms", "under 5 ms", "longer"];
    let bars: Vec<(&str, f64)> = names.into_iter().zip(counts.map(|n| n as f64)).collect();
    stage.bars(&bars, "waits")?;
    writeln!(stage)?;
    let longest = waits.iter().copied().fold(0.0, f64::max);
    stage.say(&format!(
        "The longest wait: {}. In the lock the greedy one works for {} ms at a time.",
        stage.measured(format!("{longest:.1} ms")),
        WORK.as_secs_f64() * 1e3
    ))
}

fn work() {
    let start = Instant::now();
    let mut x = 1_u64;
    while start.elapsed() < WORK {
        x = black_box(x.rotate_left(5) ^ 0x9e37_79b9);
    }
    black_box(x);
}
