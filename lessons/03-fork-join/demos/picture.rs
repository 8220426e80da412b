//! Three workers forked and joined, drawn over the time that they took.

use crate::stage::{self, Stage, program};
use goroutines::explore::{Options, Strategy};
use goroutines::prelude::*;
use std::hint::black_box;
use std::io::{self, Write};
use std::sync::{Arc, Mutex as StdMutex};
use std::time::Instant;

/// A unit of work, in steps: some milliseconds.
const UNIT: u64 = 2_000_000;

/// From when to when a worker was there, in milliseconds or in steps.
struct Span {
    worker: usize,
    from: f64,
    to: f64,
}

/// What a run leaves: when main had forked all, the workers, and when main went on.
struct Drawn {
    forked: f64,
    workers: Vec<Span>,
    joined: f64,
}

pub(super) fn fork_and_join(stage: &mut Stage) -> io::Result<()> {
    let run = match stage.fixed() {
        Some(seed) => under_seed(seed),
        None => for_real()?,
    };
    let columns = stage.width().saturating_sub(14).clamp(10, 56);
    let at = |t: f64| ((t / run.joined * columns as f64).round() as usize).min(columns);
    // main: works until it has forked all, waits, and goes on.
    let mut main = vec!['·'; columns];
    main[..at(run.forked).max(1)].fill('█');
    let row: String = main.into_iter().collect();
    writeln!(stage, "main      {row}█")?;
    for span in &run.workers {
        let mut row = vec![' '; columns];
        let (from, to) = (at(span.from).min(columns - 1), at(span.to));
        row[from..to.max(from + 1)].fill('█');
        let row: String = row.into_iter().collect();
        writeln!(stage, "worker {}  {}", span.worker, row.trim_end())?;
    }
    writeln!(stage)?;
    match stage.fixed() {
        Some(seed) => stage.say(&format!(
            "█ at work  · waiting   Drawn by order, under the schedule of seed {seed}."
        )),
        None => stage.say(&format!(
            "█ there  · waiting   main forked until {:.1} ms, and went on at {:.1} ms.",
            run.forked, run.joined
        )),
    }
}

fn for_real() -> io::Result<Drawn> {
    program(Builder::new(), || {
        let start = Instant::now();
        let ms = move || start.elapsed().as_secs_f64() * 1e3;
        let spans = Arc::new(StdMutex::new(Vec::new()));
        let wg = WaitGroup::new();
        for worker in 1..=3 {
            let spans = spans.clone();
            wg.go(move || {
                let from = ms();
                (0..worker).for_each(|_| work());
                let to = ms();
                spans.lock().unwrap().push(Span {
                    worker: worker as usize,
                    from,
                    to,
                });
            });
        }
        let forked = ms();
        wg.wait();
        drawn(forked, ms(), &spans)
    })
}

/// The same under a schedule: each unit of work is a step, and time counts the steps of all.
fn under_seed(seed: u64) -> Drawn {
    let result = Arc::new(StdMutex::new(None));
    let out = result.clone();
    let opts = Options::new()
        .seed(seed)
        .schedules(1)
        .strategy(Strategy::Random);
    stage::check(&opts, move || {
        let steps = Arc::new(StdMutex::new(0.0_f64));
        let step = |steps: &StdMutex<f64>| {
            let mut n = steps.lock().unwrap();
            *n += 1.0;
            *n
        };
        let spans = Arc::new(StdMutex::new(Vec::new()));
        let wg = WaitGroup::new();
        for worker in 1..=3 {
            let (spans, theirs) = (spans.clone(), steps.clone());
            wg.go(move || {
                let from = step(&theirs) - 1.0;
                for _ in 1..worker {
                    runtime::gosched();
                    step(&theirs);
                }
                let to = *theirs.lock().unwrap();
                spans.lock().unwrap().push(Span { worker, from, to });
            });
        }
        let forked = step(&steps);
        wg.wait();
        let joined = step(&steps);
        *out.lock().unwrap() = Some(drawn(forked, joined, &spans));
    });
    let drawn = result.lock().unwrap().take();
    drawn.unwrap_or(Drawn {
        forked: 0.0,
        workers: Vec::new(),
        joined: 1.0,
    })
}

fn drawn(forked: f64, joined: f64, spans: &StdMutex<Vec<Span>>) -> Drawn {
    let mut workers = std::mem::take(&mut *spans.lock().unwrap());
    workers.sort_by_key(|s| s.worker);
    Drawn {
        forked,
        workers,
        joined,
    }
}

fn work() {
    let mut x = 1_u64;
    for _ in 0..UNIT {
        x = black_box(x.rotate_left(5) ^ 0x9e37_79b9);
    }
    black_box(x);
}
