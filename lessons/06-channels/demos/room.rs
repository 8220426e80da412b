//! What one value costs from goroutine to goroutine, by the places that the channel has.

use crate::stage::{Stage, program};
use goroutines::prelude::*;
use std::io::{self, Write};
use std::time::Instant;

const VALUES: u64 = 40_000;
const ROUNDS: usize = 3;

pub(super) fn room(stage: &mut Stage) -> io::Result<()> {
    let values = if stage.fixed().is_some() { 100 } else { VALUES };
    let caps = [
        (0, "chan(0)"),
        (1, "chan(1)"),
        (3, "chan(3)"),
        (64, "chan(64)"),
        (1024, "chan(1024)"),
    ];
    let mut bars = Vec::new();
    for (cap, label) in caps {
        // The quickest of some: other programs run on this machine as well.
        let mut best = f64::INFINITY;
        for _ in 0..ROUNDS {
            best = best.min(program(Builder::new(), || through(cap, values))?);
        }
        bars.push((label, best));
    }
    stage.say("One sends as fast as it can, one receives as fast as it can. For each value:")?;
    writeln!(stage)?;
    stage.bars(&bars, "ns")
}

/// Nanoseconds for each value.
fn through(cap: usize, values: u64) -> f64 {
    let ch = chan::<u64>(cap);
    let theirs = ch.clone();
    let start = Instant::now();
    go! {
        for i in 0..values {
            theirs.send(i);
        }
        theirs.close();
    }
    let received = ch.iter().count() as f64;
    start.elapsed().as_secs_f64() * 1e9 / received.max(1.0)
}
