//! Goroutines and threads in great numbers, all waiting: how long they take to make, and what each of them keeps.

use crate::stage::memory::{self, Memory, bytes};
use crate::stage::{Stage, program};
use crate::text;
use goroutines::prelude::*;
use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex as StdMutex};
use std::thread;
use std::time::{Duration, Instant};

/// Making them may take so long; then the demo goes on with those there are.
const LIMIT: Duration = Duration::from_secs(6);

/// What became of so many.
struct Made {
    count: usize,
    took: Duration,
    before: Option<Memory>,
    after: Option<Memory>,
    /// Stacks that the OS keeps, for all of them.
    in_the_os: Option<f64>,
}

impl Made {
    fn time_each(&self) -> String {
        let us = self.took.as_secs_f64() * 1e6 / self.count as f64;
        format!("{us:.1} µs")
    }

    fn each(&self, of: fn(&Memory) -> u64) -> Option<f64> {
        let grown = of(self.after.as_ref()?).saturating_sub(of(self.before.as_ref()?));
        Some(grown as f64 / self.count as f64)
    }

    /// What a column of the table says of these.
    fn column(&self) -> [String; 4] {
        let said = |b: Option<f64>| b.map_or("(not told)".into(), bytes);
        [
            self.time_each(),
            said(self.each(|m| m.reserved)),
            said(self.each(|m| m.resident)),
            said(self.in_the_os.map(|b| b / self.count as f64)),
        ]
    }
}

pub(super) fn hundred_thousand(stage: &mut Stage) -> io::Result<()> {
    // A fixed stage shows no figure, so it need not make many.
    let few = if stage.fixed().is_some() { 100 } else { 1 };
    let threads = threads(1_000 / few);
    let goroutines = goroutines(100_000 / few)?;
    let (t, g) = (threads.column(), goroutines.column());
    let heading = [
        String::from("each of"),
        format!("{} threads", thousands(threads.count * few)),
        format!("{} goroutines", thousands(goroutines.count * few)),
    ];
    let rows: Vec<[String; 3]> = ["made in", "reserved", "resident", "in the OS"]
        .iter()
        .zip(t.iter().zip(&g))
        .map(|(what, (t, g))| [what.to_string(), stage.measured(t), stage.measured(g)])
        .collect();
    table(stage, &heading, &rows)?;
    writeln!(stage)?;
    if threads.count * few < 1_000 {
        stage.say(&format!(
            "The OS stopped at {} threads: it has a limit for them.",
            threads.count
        ))?;
    }
    if goroutines.before.is_none() {
        return stage.say("This system has no /proc, so the memory could not be asked for.");
    }
    stage.say(
        "Reserved: addresses, also those that the allocator sets aside for threads. Resident: memory, with the tables \
         that say where each page is. In the OS: a stack that it keeps for each thread, for its own work; measured for \
         the whole machine, so other programs can disturb it.",
    )
}

pub(super) fn a_million(stage: &mut Stage) -> io::Result<()> {
    let few = if stage.fixed().is_some() { 1_000 } else { 1 };
    let first = goroutines(100_000 / few)?;
    let wanted = 1_000_000;
    let fits = match (first.each(|m| m.resident), memory::left()) {
        // A fifth stays free: for the rest of the machine.
        (Some(each), Some(left)) => (left as f64 * 0.8 / each.max(1.0)) as usize,
        _ => wanted,
    };
    // To whole 50,000s, so that the heading is readable.
    let count = if fits < wanted { fits / 50_000 * 50_000 } else { wanted };
    if count < wanted && stage.fixed().is_none() {
        stage.say(&format!(
            "A million would need {} here, and {} is free. So there will be {}.",
            bytes(first.each(|m| m.resident).unwrap_or(0.0) * wanted as f64),
            bytes(memory::left().unwrap_or(0) as f64),
            thousands(count.max(50_000))
        ))?;
        writeln!(stage)?;
    }
    let count = if few > 1 { wanted / few } else { count.max(50_000) };
    let many = goroutines(count)?;

    let heading = [
        String::new(),
        thousands(first.count * few),
        thousands(many.count * few),
    ];
    let whole = |m: &Made| format!("{:.1} s", m.took.as_secs_f64());
    let all = |m: &Made| {
        m.each(|m| m.resident)
            .map_or("(not told)".into(), |b| bytes(b * m.count as f64))
    };
    let ([first_each, _, first_bytes, _], [many_each, _, many_bytes, _]) =
        (first.column(), many.column());
    let rows = [
        ["made in".to_string(), whole(&first), whole(&many)],
        ["each in".to_string(), first_each, many_each],
        ["resident, each".to_string(), first_bytes, many_bytes],
        ["resident, in all".to_string(), all(&first), all(&many)],
    ]
    .map(|[what, a, b]| [what, stage.measured(a), stage.measured(b)]);
    table(stage, &heading, &rows)?;
    if many.count < count {
        writeln!(stage)?;
        stage.say(&format!(
            "There would have been {}. But a demo should not take long, so it stopped making them after {} seconds.",
            thousands(count),
            LIMIT.as_secs()
        ))?;
    }
    Ok(())
}

/// Starts goroutines that all wait for one channel. They end with their runtime, and their memory goes back.
fn goroutines(wanted: usize) -> io::Result<Made> {
    program(Builder::new(), || {
        let before = memory::now();
        let in_os = memory::stacks_in_the_os();
        let (waiting, gate) = (WaitGroup::new(), chan::<()>(0));
        let start = Instant::now();
        let mut count = 0;
        while count < wanted && (count % 1024 != 0 || start.elapsed() < LIMIT) {
            waiting.add(1);
            let (waiting, gate) = (waiting.clone(), gate.clone());
            go! {
                waiting.done();
                gate.recv();
            }
            count += 1;
        }
        waiting.wait();
        Made {
            count,
            took: start.elapsed(),
            after: memory::now(),
            in_the_os: grown(in_os),
            before,
        }
    })
}

/// Starts threads that all wait, and lets them end.
fn threads(wanted: usize) -> Made {
    let before = memory::now();
    let in_os = memory::stacks_in_the_os();
    let gate = Arc::new((StdMutex::new((0, false)), Condvar::new()));
    let start = Instant::now();
    let mut all = Vec::new();
    while all.len() < wanted && start.elapsed() < LIMIT {
        let gate = gate.clone();
        let made = thread::Builder::new().spawn(move || {
            let (state, changed) = &*gate;
            let mut state = state.lock().unwrap();
            state.0 += 1;
            changed.notify_all();
            while !state.1 {
                state = changed.wait(state).unwrap();
            }
        });
        match made {
            Ok(t) => all.push(t),
            // The limit of this system.
            Err(_) => break,
        }
    }
    let (state, changed) = &*gate;
    let mut state = state.lock().unwrap();
    while state.0 < all.len() {
        state = changed.wait(state).unwrap();
    }
    let took = start.elapsed();
    let made = Made {
        count: all.len().max(1),
        took,
        after: memory::now(),
        in_the_os: grown(in_os),
        before,
    };
    state.1 = true;
    drop(state);
    changed.notify_all();
    for t in all {
        let _ = t.join();
    }
    made
}

fn grown(before: Option<u64>) -> Option<f64> {
    let after = memory::stacks_in_the_os()?;
    Some(after.saturating_sub(before?) as f64)
}

fn table(stage: &mut Stage, heading: &[String; 3], rows: &[[String; 3]]) -> io::Result<()> {
    let rows: Vec<Vec<&str>> = std::iter::once(heading)
        .chain(rows)
        .map(|r| r.iter().map(String::as_str).collect())
        .collect();
    let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
    stage.table(&rows)
}

fn thousands(n: usize) -> String {
    text::thousands(n as u64)
}
