//! Calls into the OS: a hundred that block at once, with and without the runtime's knowledge, and one that does not block.

use crate::stage::{Stage, program};
use goroutines::prelude::*;
use std::hint::black_box;
use std::io::{self, Write};
use std::thread;
use std::time::{Duration, Instant};

const CALLS: u32 = 100;
const PROCS: u32 = 2;
/// How long each of them blocks.
const EACH: Duration = Duration::from_millis(10);

pub(super) fn hundred_calls(stage: &mut Stage) -> io::Result<()> {
    let ways: [(&str, fn()); 3] = [
        ("in the OS, announced", || runtime::syscall(|| thread::sleep(EACH))),
        ("in the OS, not announced", || thread::sleep(EACH)),
        ("in the runtime", || time::sleep(EACH)),
    ];
    let mut rows = vec![["each waits", "all done after", "threads that ran them"].map(String::from)];
    for (what, wait) in ways {
        let (took, threads) = many(wait)?;
        rows.push([
            what.to_string(),
            stage.measured(format!("{:.0} ms", took.as_secs_f64() * 1e3)),
            stage.measured(threads),
        ]);
    }
    stage.rows(&rows)?;
    writeln!(stage)?;
    stage.say(&format!(
        "If a P waited with its call, it would be {CALLS} × {} ms ÷ {PROCS} = {} ms. In the last row nobody is in the OS: \
         the goroutines wait for a timer of the runtime.",
        EACH.as_millis(),
        (EACH * CALLS / PROCS).as_millis()
    ))
}

/// How long it took until all had waited, and how many Ms there were then.
fn many(wait: fn()) -> io::Result<(Duration, usize)> {
    program(Builder::new().procs(PROCS as usize), move || {
        let wg = WaitGroup::new();
        let start = Instant::now();
        for _ in 0..CALLS {
            wg.go(wait);
        }
        wg.wait();
        (start.elapsed(), runtime::snapshot().ms.len())
    })
}

/// Rounds of measuring, each of so many calls.
const ROUNDS: usize = 15;
const IN_A_ROUND: u32 = 20_000;

pub(super) fn short_calls(stage: &mut Stage) -> io::Result<()> {
    // A fixed stage shows no figure, so one round will do.
    let rounds = if stage.fixed().is_some() { 1 } else { ROUNDS };
    let (bare, announced) = program(Builder::new().procs(1), move || {
        let (mut bare, mut announced) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            bare.push(each(call));
            announced.push(each(|| runtime::syscall(call)));
        }
        (median(bare), median(announced))
    })?;
    stage.bars(&[("the call alone", bare), ("announced", announced)], "ns")?;
    writeln!(stage)?;
    stage.say(
        "The call is getppid: who has started this process? The OS knows at once. Announced is the same call within \
         runtime::syscall, where everybody may take the P; nobody had the time to.",
    )
}

fn call() {
    black_box(rustix::process::getppid());
}

/// Nanoseconds of one.
fn each(f: impl Fn()) -> f64 {
    let start = Instant::now();
    (0..IN_A_ROUND).for_each(|_| f());
    start.elapsed().as_secs_f64() * 1e9 / f64::from(IN_A_ROUND)
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or(0.0)
}
