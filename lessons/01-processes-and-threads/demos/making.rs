//! What one more costs: a process, a thread, a goroutine, each made and waited for, one after the other.

use crate::stage::{Stage, program};
use crate::text::thousands;
use goroutines::prelude::*;
use std::hint::black_box;
use std::io::{self, Write};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// A kind of worker may take so long in all.
const LIMIT: Duration = Duration::from_millis(700);

pub(super) fn making(stage: &mut Stage) -> io::Result<()> {
    stage.say("Each is made, does nothing, ends, and is waited for. Then the next one.")?;
    writeln!(stage)?;

    let mut made: Vec<(&str, f64)> = Vec::new();
    // A fixed stage shows no figure, so it need not make many.
    let few = if stage.fixed().is_some() { 50 } else { 1 };
    match each(100 / few, || {
        let status = Command::new("true")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()?;
        if status.success() {
            Ok(())
        } else {
            Err(io::Error::other(format!("it ended with {status}")))
        }
    }) {
        Ok(us) => made.push(("a process", us)),
        Err(e) => stage.say(&format!(
            "The program `true` could not be run ({e}), so the process is left out."
        ))?,
    }
    made.push((
        "a thread",
        each(2_000 / few, || {
            thread::Builder::new()
                .spawn(|| black_box(()))?
                .join()
                .map_err(|_| io::Error::other("a thread panicked"))
        })?,
    ));
    made.push((
        "a goroutine",
        program(Builder::new(), || {
            each(20_000 / few, || {
                let wg = WaitGroup::new();
                wg.go(|| black_box(()));
                wg.wait();
                Ok(())
            })
        })??,
    ));
    stage.bars(&made, "µs")?;

    if let ([(_, process), (_, thread), (_, goroutine)], None) = (&made[..], stage.fixed()) {
        writeln!(stage)?;
        stage.say(&format!(
            "For one process: {:.0} threads, or {} goroutines.",
            process / thread,
            thousands((process / goroutine) as u64)
        ))?;
    }
    writeln!(stage)?;
    stage.say(
        "The process is `true`, a program that does nothing; its bar holds loading it too. A goroutine's bar holds two \
         switches: to it and back.",
    )
}

/// The time of one, in microseconds: `most` are made, fewer when time is up. A few go before, to warm up.
fn each(most: u32, mut one: impl FnMut() -> io::Result<()>) -> io::Result<f64> {
    for _ in 0..most.div_ceil(20) {
        one()?;
    }
    let start = Instant::now();
    let mut n = 0;
    while n < most && start.elapsed() < LIMIT {
        one()?;
        n += 1;
    }
    Ok(start.elapsed().as_secs_f64() * 1e6 / f64::from(n))
}
