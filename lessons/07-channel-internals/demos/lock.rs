//! The price of a channel's lock: beside a Mutex, alone, and with all processors at one channel.

use crate::stage::{Stage, program};
use goroutines::prelude::*;
use std::hint::black_box;
use std::io::{self, Write};
use std::time::Instant;

const TIMES: usize = 100_000;
const ROUNDS: usize = 3;

pub(super) fn lock_cost(stage: &mut Stage) -> io::Result<()> {
    let times = if stage.fixed().is_some() { 50 } else { TIMES };
    let workers = runtime::num_cpu().clamp(2, 8);
    let alone = [
        ("lock, unlock", best(1, move || mutex(times))?),
        ("send, receive", best(1, move || through(&chan(1), times))?),
    ];
    stage.say("One goroutine, and nobody else there. A Mutex, and a channel with a place:")?;
    writeln!(stage)?;
    stage.bars(&alone, "ns")?;
    writeln!(stage)?;
    let apart = best(workers, move || together(workers, times, false))?;
    let one = best(workers, move || together(workers, times, true))?;
    // How many follows the machine, and with it the words.
    let count = stage.measured(workers);
    stage.say(&format!(
        "As many goroutines as processors, but at least 2 ({count}), all at full speed. A send and a receive of each:"
    ))?;
    writeln!(stage)?;
    stage.bars(&[("own channels", apart), ("one for all", one)], "ns")
}

/// The quickest of some rounds, in nanoseconds for each time: other programs run on this machine as well.
fn best(procs: usize, round: impl Fn() -> f64 + Copy) -> io::Result<f64> {
    let mut best = f64::INFINITY;
    for _ in 0..ROUNDS {
        best = best.min(program(Builder::new().procs(procs), round)?);
    }
    Ok(best)
}

fn mutex(times: usize) -> f64 {
    let mu = Mutex::new(0_u64);
    let start = Instant::now();
    for _ in 0..times {
        *black_box(&mu).lock() += 1;
    }
    start.elapsed().as_secs_f64() * 1e9 / times as f64
}

fn through(ch: &Chan<u64>, times: usize) -> f64 {
    let start = Instant::now();
    for i in 0..times {
        ch.send(i as u64);
        black_box(ch.recv());
    }
    start.elapsed().as_secs_f64() * 1e9 / times as f64
}

/// All at work at once; for each send with its receive, as each of them sees it.
fn together(workers: usize, times: usize, share: bool) -> f64 {
    // Room for everybody: what they wait for is the lock, not a place.
    let shared = chan(workers);
    let wg = WaitGroup::new();
    let start = Instant::now();
    for _ in 0..workers {
        let ch = if share { shared.clone() } else { chan(workers) };
        wg.go(move || {
            through(&ch, times);
        });
    }
    wg.wait();
    start.elapsed().as_secs_f64() * 1e9 / times as f64
}
