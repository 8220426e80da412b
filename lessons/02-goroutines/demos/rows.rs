//! A row for each OS thread, and in it the goroutines that it ran, piece by piece.

use crate::stage::{self, Stage, os_thread, program};
use goroutines::explore::{Options, Strategy};
use goroutines::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::hint::black_box;
use std::io::{self, Write};
use std::sync::{Arc, Mutex as StdMutex};
use std::time::Instant;

const GOROUTINES: usize = 8;
const PIECES: usize = 6;
const STEPS: u64 = 60_000;

/// A piece of work: who did it, on which thread; in the order of their beginnings.
#[derive(Clone, Copy)]
struct Piece {
    name: char,
    thread: u64,
}

pub(super) fn which_thread(stage: &mut Stage) -> io::Result<()> {
    let pieces = match stage.fixed() {
        Some(seed) => under_seed(seed),
        None => for_real()?,
    };
    let threads: BTreeSet<u64> = pieces.iter().map(|p| p.thread).collect();
    for (i, thread) in threads.iter().enumerate() {
        let row: String = pieces
            .iter()
            .map(|p| if p.thread == *thread { p.name } else { '·' })
            .collect();
        writeln!(stage, "thread {}  {row}", i + 1)?;
    }
    writeln!(stage, "          time {}>", "─".repeat(PIECES * GOROUTINES - 6))?;
    writeln!(stage)?;
    if let Some(seed) = stage.fixed() {
        return stage.say(&format!(
            "Under the schedule of seed {seed}. A fixed schedule has one thread; without --seed you see those that your \
             machine used."
        ));
    }
    let mut by_goroutine: BTreeMap<char, BTreeSet<u64>> = BTreeMap::new();
    for p in &pieces {
        by_goroutine.entry(p.name).or_default().insert(p.thread);
    }
    let moved = by_goroutine.values().filter(|t| t.len() > 1).count();
    stage.say(&format!(
        "{GOROUTINES} goroutines, {} {}. {moved} of the goroutines ran on more than one thread.",
        threads.len(),
        if threads.len() == 1 { "thread" } else { "threads" },
    ))?;
    match nobody_moved(runtime::num_cpu(), moved) {
        Some(why) => stage.say(why),
        None => Ok(()),
    }
}

/// What to say where the picture shows nobody on two threads.
fn nobody_moved(cpus: usize, moved: usize) -> Option<&'static str> {
    match (cpus, moved) {
        (1, 0) => Some("This program may use one CPU, so one thread at a time runs goroutines."),
        (_, 0) => Some(
            "Nobody has changed threads in this run. Nothing keeps them from it: in another run of the demo some will \
             most likely have.",
        ),
        _ => None,
    }
}

fn for_real() -> io::Result<Vec<Piece>> {
    let log = Arc::new(StdMutex::new(Vec::new()));
    let theirs = log.clone();
    let procs = runtime::num_cpu().clamp(1, 4);
    program(Builder::new().procs(procs), move || {
        let wg = WaitGroup::new();
        for name in ('A'..).take(GOROUTINES) {
            let log = theirs.clone();
            wg.go(move || {
                for _ in 0..PIECES {
                    let start = Instant::now();
                    let thread = os_thread();
                    work();
                    log.lock().unwrap().push((start, Piece { name, thread }));
                    runtime::gosched();
                }
            });
        }
        wg.wait();
    })?;
    let mut log = std::mem::take(&mut *log.lock().unwrap());
    log.sort_by_key(|(start, _)| *start);
    Ok(log.into_iter().map(|(_, piece)| piece).collect())
}

fn under_seed(seed: u64) -> Vec<Piece> {
    let log = Arc::new(StdMutex::new(Vec::new()));
    let theirs = log.clone();
    let opts = Options::new()
        .seed(seed)
        .schedules(1)
        .strategy(Strategy::Random);
    stage::check(&opts, move || {
        theirs.lock().unwrap().clear();
        let wg = WaitGroup::new();
        for name in ('A'..).take(GOROUTINES) {
            let log = theirs.clone();
            wg.go(move || {
                for _ in 0..PIECES {
                    log.lock().unwrap().push(Piece { name, thread: 1 });
                    runtime::gosched();
                }
            });
        }
        wg.wait();
    });
    std::mem::take(&mut *log.lock().unwrap())
}

fn work() {
    let mut x = 1_u64;
    for _ in 0..STEPS {
        x = black_box(x.rotate_left(5) ^ 0x9e37_79b9);
    }
    black_box(x);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_thread_alone_is_no_proof_of_one_cpu() {
        let said = nobody_moved(2, 0).unwrap();
        assert!(said.contains("in this run"), "{said}");
        assert!(nobody_moved(1, 0).unwrap().contains("one CPU"));
        assert_eq!(nobody_moved(2, 3), None);
    }
}
