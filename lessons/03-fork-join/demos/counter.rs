//! A WaitGroup's counter after each step of one schedule.

use crate::stage::Stage;
use goroutines::explore::{self, Options, Strategy};
use goroutines::prelude::*;
use std::io::{self, Write};
use std::sync::{Arc, Mutex as StdMutex};

const WORKERS: usize = 3;

/// A step: whose (0 is main), what, and what the counter was after it.
type Step = (usize, &'static str, i64);

pub(super) fn counter_moves(stage: &mut Stage) -> io::Result<()> {
    let seed = stage.fixed().unwrap_or(1);
    for seed in [seed, seed + 1] {
        let steps = steps(seed);
        writeln!(stage, "the schedule of seed {seed}")?;
        writeln!(stage)?;
        draw(stage, &steps)?;
        writeln!(stage)?;
    }
    Ok(())
}

/// Runs the lesson's program under one schedule and notes what it does.
///
/// Under the exploring scheduler goroutines change only where something happens that others can see, such as `add`. So
/// the note after such a step is made before anyone else can move.
fn steps(seed: u64) -> Vec<Step> {
    let log = Arc::new(StdMutex::new((0_i64, Vec::new())));
    let out = log.clone();
    let opts = Options::new()
        .seed(seed)
        .schedules(1)
        .strategy(Strategy::Random);
    explore::check(&opts, move || {
        let note = |log: &StdMutex<(i64, Vec<Step>)>, who, what, change| {
            let mut log = log.lock().unwrap();
            log.0 += change;
            let counter = log.0;
            log.1.push((who, what, counter));
        };
        *out.lock().unwrap() = (0, Vec::new());
        let wg = WaitGroup::new();
        for worker in 1..=WORKERS {
            wg.add(1);
            note(&out, 0, "add(1)", 1);
            let (wg, log) = (wg.clone(), out.clone());
            go! {
                runtime::gosched();
                wg.done();
                note(&log, worker, "done", -1);
            }
        }
        note(&out, 0, "wait", 0);
        wg.wait();
        note(&out, 0, "goes on", 0);
    });
    std::mem::take(&mut log.lock().unwrap().1)
}

fn draw(stage: &mut Stage, steps: &[Step]) -> io::Result<()> {
    const COLUMN: usize = 10;
    let names = ["main", "worker 1", "worker 2", "worker 3"];
    let heading: String = names.iter().map(|n| format!("{n:<COLUMN$}")).collect();
    writeln!(stage, "  {heading}counter")?;
    for (who, what, counter) in steps {
        let before = " ".repeat(who * COLUMN);
        let after = " ".repeat((WORKERS - who) * COLUMN);
        let count = "█".repeat(usize::try_from(*counter).unwrap_or(0));
        writeln!(stage, "  {before}{what:<COLUMN$}{after}{counter:>4}  {count}")?;
    }
    Ok(())
}
