//! Once, Cond and Pool, each tried on one P, where the order is fixed.

use crate::stage::{Stage, program};
use goroutines::prelude::*;
use goroutines::sync::Pool;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

/// Goroutines that call the same Once, that wait for the same condition, and uses of the pool.
const CALLERS: usize = 5;
const WAITERS: usize = 4;
const USES: usize = 100;

pub(super) fn other_tools(stage: &mut Stage) -> io::Result<()> {
    let ran = program(Builder::new().procs(1), once)?;
    writeln!(stage, "Once: {CALLERS} goroutines call it")?;
    writeln!(stage, "  its function ran {ran} time")?;
    writeln!(stage)?;

    let after = program(Builder::new().procs(1), cond)?;
    writeln!(stage, "Cond: {WAITERS} goroutines wait")?;
    for (what, waiting) in after {
        writeln!(stage, "  {what:<20} {waiting} wait")?;
    }
    writeln!(stage)?;

    let made = program(Builder::new().procs(1), pool)?;
    writeln!(stage, "Pool: a buffer is needed {USES} times, one after the other")?;
    writeln!(stage, "  it was made {made} time")
}

fn once() -> usize {
    let (once, ran) = (Arc::new(Once::new()), Arc::new(AtomicUsize::new(0)));
    let wg = WaitGroup::new();
    for _ in 0..CALLERS {
        let (once, ran) = (once.clone(), ran.clone());
        wg.go(move || {
            once.call(|| {
                ran.fetch_add(1, SeqCst);
            });
        });
    }
    wg.wait();
    ran.load(SeqCst)
}

/// What was done, and how many wait after it.
fn cond() -> Vec<(&'static str, usize)> {
    let shared = Arc::new((Mutex::new(0_usize), Cond::new()));
    let waiting = Arc::new(AtomicUsize::new(0));
    let wg = WaitGroup::new();
    for _ in 0..WAITERS {
        let (shared, waiting) = (shared.clone(), waiting.clone());
        wg.go(move || {
            let mut left = shared.0.lock();
            waiting.fetch_add(1, SeqCst);
            // Each takes one of what there is.
            while *left == 0 {
                left = shared.1.wait(left);
            }
            *left -= 1;
            waiting.fetch_sub(1, SeqCst);
        });
    }
    let mut seen = Vec::new();
    let mut note = |what| {
        // One P: who was woken runs, and waits again or ends.
        runtime::gosched();
        seen.push((what, waiting.load(SeqCst)));
    };
    note("at first");
    *shared.0.lock() = 1;
    shared.1.signal();
    note("1 is there, signal");
    shared.1.broadcast();
    note("0 are, broadcast");
    *shared.0.lock() = WAITERS - 1;
    shared.1.broadcast();
    note("3 are, broadcast");
    wg.wait();
    seen
}

fn pool() -> usize {
    let made = Arc::new(AtomicUsize::new(0));
    let count = made.clone();
    let pool = Pool::new(move || {
        count.fetch_add(1, SeqCst);
        Vec::<u8>::with_capacity(4096)
    });
    for _ in 0..USES {
        let mut buffer = pool.get();
        buffer.clear();
        pool.put(buffer);
    }
    made.load(SeqCst)
}
