//! Two ways for a program to end: all wait for each other, and main returns before the others have run.

use crate::stage::{Stage, failing, program};
use goroutines::prelude::*;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

pub(super) fn two_that_wait(stage: &mut Stage) -> io::Result<()> {
    stage.say("main:        receives from a, then sends on b")?;
    stage.say("goroutine 2: receives from b, then sends on a")?;
    writeln!(stage)?;
    let ended = failing(Builder::new(), || {
        let (a, b) = (chan::<()>(0), chan::<()>(0));
        let (a2, b2) = (a.clone(), b.clone());
        go! {
            b2.recv();
            a2.send(());
        }
        a.recv();
        b.send(());
    });
    let Err(crash) = ended else {
        return Err(io::Error::other("both went on, and nobody had sent first"));
    };
    stage.say("The runtime sees that nobody can ever go on, and says:")?;
    writeln!(stage)?;
    // Who waits for what; where in the source is left out here.
    for line in crash.to_string().lines() {
        if line.starts_with("fatal error") || line.starts_with("goroutine ") {
            writeln!(stage, "    {line}")?;
        }
    }
    Ok(())
}

/// How often the program is run.
const RUNS: usize = 400;

pub(super) fn main_first(stage: &mut Stage) -> io::Result<()> {
    let mut times = [0_usize; 4];
    let runs = if stage.fixed().is_some() { 1 } else { RUNS };
    for _ in 0..runs {
        let printed = Arc::new(AtomicUsize::new(0));
        let lines = program(Builder::new(), move || {
            for _ in 0..3 {
                let printed = printed.clone();
                // It counts its line in place of printing it: so many lines are not nice to read.
                go! { printed.fetch_add(1, SeqCst); }
            }
            // The last that main does.
            printed.load(SeqCst)
        })?;
        times[lines.min(3)] += 1;
    }
    let what = match stage.fixed() {
        Some(_) => "the program, run many times: how many runs printed".to_string(),
        None => format!("{RUNS} runs of the program: how many of them printed"),
    };
    stage.say(&what)?;
    writeln!(stage)?;
    let bars: Vec<(&str, f64)> = ["0 lines", "1 line", "2 lines", "3 lines"]
        .into_iter()
        .zip(times.map(|n| n as f64))
        .collect();
    stage.bars(&bars, "runs")
}
