//! Two jobs of four pieces, drawn over time: with one processor of the runtime, then with two.

use crate::stage::{self, Stage, program};
use goroutines::explore::{Options, Strategy};
use goroutines::prelude::*;
use std::hint::black_box;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

const PIECES: usize = 4;
/// How long a piece should take: long enough to be seen, shorter than the 10 ms after which the runtime interrupts.
const PIECE: Duration = Duration::from_millis(4);

/// A piece of work: whose, which, and from when to when.
struct Piece {
    job: usize,
    number: usize,
    from: f64,
    to: f64,
}

pub(super) fn two_jobs(stage: &mut Stage) -> io::Result<()> {
    if let Some(seed) = stage.fixed() {
        writeln!(stage, "one processor, under the schedule of seed {seed}")?;
        let pieces = by_order(seed);
        draw(stage, &pieces)?;
        return stage.say(
            "Drawn by order, not by time. A run with two processors is measured, so it is left out here.",
        );
    }
    let rounds = calibrate();
    for procs in [1, 2] {
        let pieces = by_time(procs, rounds)?;
        let whole = pieces.iter().map(|p| p.to).fold(0.0, f64::max);
        let processors = if procs == 1 { "processor" } else { "processors" };
        writeln!(stage, "{procs} {processors}: done after {whole:.0} ms")?;
        draw(stage, &pieces)?;
        writeln!(stage)?;
    }
    if runtime::num_cpu() == 1 {
        stage.say(
            "This machine has one CPU for the program. So the OS lets the two processors of the runtime take turns on \
             it, and the rows only seem to overlap.",
        )?;
    }
    Ok(())
}

/// Both jobs on the real scheduler. Each piece is a number of steps, not a time: a piece that has no CPU gets no further.
fn by_time(procs: usize, rounds: u64) -> io::Result<Vec<Piece>> {
    program(Builder::new().procs(procs), move || {
        let pieces = Arc::new(Mutex::new(Vec::new()));
        let wg = WaitGroup::new();
        let start = Instant::now();
        for job in 0..2 {
            let pieces = pieces.clone();
            wg.go(move || {
                for number in 1..=PIECES {
                    let from = start.elapsed();
                    steps(rounds);
                    let to = start.elapsed();
                    pieces.lock().push(Piece {
                        job,
                        number,
                        from: from.as_secs_f64() * 1e3,
                        to: to.as_secs_f64() * 1e3,
                    });
                    runtime::gosched();
                }
            });
        }
        wg.wait();
        std::mem::take(&mut *pieces.lock())
    })
}

/// The order of the pieces under one schedule, each a unit long.
fn by_order(seed: u64) -> Vec<Piece> {
    let order = Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = order.clone();
    let opts = Options::new()
        .seed(seed)
        .schedules(1)
        .strategy(Strategy::Random);
    stage::check(&opts, move || {
        seen.lock().unwrap().clear();
        let wg = WaitGroup::new();
        for job in 0..2 {
            let seen = seen.clone();
            wg.go(move || {
                for number in 1..=PIECES {
                    seen.lock().unwrap().push((job, number));
                    runtime::gosched();
                }
            });
        }
        wg.wait();
    });
    let order = order.lock().unwrap();
    order
        .iter()
        .enumerate()
        .map(|(i, &(job, number))| Piece {
            job,
            number,
            from: i as f64,
            to: (i + 1) as f64,
        })
        .collect()
}

/// A row for each job; a piece is drawn with its number for as long as it took.
fn draw(stage: &mut Stage, pieces: &[Piece]) -> io::Result<()> {
    let whole = pieces.iter().map(|p| p.to).fold(f64::MIN_POSITIVE, f64::max);
    let columns = stage.width().saturating_sub(6).clamp(8, 64);
    for (job, name) in ["A", "B"].into_iter().enumerate() {
        let mut row = vec!['·'; columns];
        for p in pieces.iter().filter(|p| p.job == job) {
            let at = |t: f64| ((t / whole * columns as f64).round() as usize).min(columns);
            let digit = char::from_digit(p.number as u32, 10).unwrap_or('#');
            row[at(p.from)..at(p.to)].fill(digit);
        }
        let row: String = row.into_iter().collect();
        writeln!(stage, "  {name}  {row}")?;
    }
    Ok(())
}

/// How many steps take about as long as a piece should.
fn calibrate() -> u64 {
    const TRIED: u64 = 200_000;
    let quickest = (0..5)
        .map(|_| {
            let start = Instant::now();
            steps(TRIED);
            start.elapsed()
        })
        .min()
        .unwrap_or(PIECE);
    let rounds = TRIED as f64 * PIECE.as_secs_f64() / quickest.as_secs_f64().max(1e-9);
    rounds as u64
}

fn steps(rounds: u64) {
    let mut x = 1_u64;
    for _ in 0..rounds {
        x = black_box(x.rotate_left(5) ^ 0x9e37_79b9);
    }
    black_box(x);
}
