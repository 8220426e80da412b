//! What travels: a value is copied, a pointer leads to the same place; and what a large value costs on its way.

use crate::stage::{Stage, program};
use goroutines::prelude::*;
use std::hint::black_box;
use std::io::{self, Write};
use std::time::Instant;

const SENT: usize = 2_000;
const ROUNDS: usize = 5;

pub(super) fn copies(stage: &mut Stage) -> io::Result<()> {
    let (number, shared) = program(Builder::new().procs(1), || {
        let numbers = chan::<i64>(1);
        let mut n = 1;
        numbers.send(n);
        n += 99;
        black_box(n);
        let handles = chan::<Shared<i64>>(1);
        let variable = Shared::new(1);
        handles.send(variable.clone());
        variable.set(100);
        let shared = handles.recv().map(|v| v.get());
        (numbers.recv(), shared)
    })?;
    let shown = |v: Option<i64>| v.map_or_else(|| "nothing".to_string(), |v| v.to_string());
    stage.say("Sent while it was 1; then the sender made it 100; then it was received:")?;
    writeln!(stage, "  a number               {}", shown(number))?;
    writeln!(stage, "  a handle to a Shared   {}", shown(shared))?;
    writeln!(stage)?;
    stage.say("Made, put into a buffer, and taken out; the Box is made once. For each value:")?;
    writeln!(stage)?;
    let sent = if stage.fixed().is_some() { 10 } else { SENT };
    let bars = [
        ("8 bytes", quickest(sent, || 1_u64)),
        ("1 KiB", quickest(sent, || [1_u8; 1 << 10])),
        ("16 KiB", quickest(sent, || [1_u8; 16 << 10])),
        ("a Box of 16 KiB", {
            let mut kept = Some(Box::new([1_u8; 16 << 10]));
            let ch = chan(1);
            let mut best = f64::INFINITY;
            for _ in 0..ROUNDS {
                let start = Instant::now();
                for _ in 0..sent {
                    if let Some(v) = kept.take() {
                        ch.send(v);
                    }
                    kept = black_box(ch.recv());
                }
                best = best.min(per_value(start, sent));
            }
            best
        }),
    ];
    stage.bars(&bars, "ns")
}

/// Nanoseconds for a send and a receive of what `make` gives.
fn quickest<T: Send + 'static>(sent: usize, make: fn() -> T) -> f64 {
    let ch = chan(1);
    let mut best = f64::INFINITY;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        for _ in 0..sent {
            ch.send(black_box(make()));
            black_box(ch.recv());
        }
        best = best.min(per_value(start, sent));
    }
    best
}

fn per_value(start: Instant, sent: usize) -> f64 {
    start.elapsed().as_secs_f64() * 1e9 / sent as f64
}
