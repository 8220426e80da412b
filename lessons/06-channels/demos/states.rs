//! What sending, receiving and closing do to a channel that is nil, empty, full or closed: each is tried, in a runtime of
//! its own.

use crate::stage::{Stage, failing};
use goroutines::Crash;
use goroutines::prelude::*;
use std::io::{self, Write};

type Make = fn() -> Chan<i64>;
type Operation = fn(&Chan<i64>) -> String;

const CHANNELS: [(&str, Make); 6] = [
    ("nil", Chan::nil),
    ("open, empty", || chan(2)),
    ("open, 7 in it", || with_seven(2)),
    ("open, full", || with_seven(1)),
    ("closed, 7 in it", || closed(with_seven(2))),
    ("closed, empty", || closed(chan(2))),
];

const OPERATIONS: [Operation; 3] = [
    |ch| {
        ch.send(8);
        "goes on".to_string()
    },
    |ch| match ch.recv() {
        Some(v) => format!("Some({v})"),
        None => "None".to_string(),
    },
    |ch| {
        ch.close();
        "goes on".to_string()
    },
];

fn with_seven(cap: usize) -> Chan<i64> {
    let ch = chan(cap);
    ch.send(7);
    ch
}

fn closed(ch: Chan<i64>) -> Chan<i64> {
    ch.close();
    ch
}

pub(super) fn nil_closed_full(stage: &mut Stage) -> io::Result<()> {
    let mut panics: Vec<String> = Vec::new();
    let mut rows = vec![["channel", "send", "receive", "close"].map(String::from)];
    for (name, make) in CHANNELS {
        let [sends, receives, closes] = OPERATIONS.map(|operation| tried(make, operation));
        let mut cell = |outcome: Outcome| match outcome {
            Outcome::Done(what) => what,
            Outcome::Waits => "waits".to_string(),
            Outcome::Panics(text) => {
                if !panics.contains(&text) {
                    panics.push(text);
                }
                "panics".to_string()
            }
        };
        rows.push([name.to_string(), cell(sends), cell(receives), cell(closes)]);
    }
    let rows: Vec<Vec<&str>> = rows
        .iter()
        .map(|row| row.iter().map(String::as_str).collect())
        .collect();
    let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
    stage.table(&rows)?;
    writeln!(stage)?;
    stage.say(
        "Each was tried with nobody else there. Who waits then waits for ever, and the runtime says that all goroutines \
         are asleep. The panics:",
    )?;
    for text in panics {
        stage.say(&format!("- {text}"))?;
    }
    Ok(())
}

enum Outcome {
    Done(String),
    Waits,
    Panics(String),
}

fn tried(make: Make, operation: Operation) -> Outcome {
    match failing(Builder::new().procs(1), || operation(&make())) {
        Ok(what) => Outcome::Done(what),
        Err(Crash::Deadlock(_)) => Outcome::Waits,
        Err(crash) => {
            let text = crash.to_string();
            let first = text.lines().next().unwrap_or_default();
            Outcome::Panics(first.trim_start_matches("panic: ").to_string())
        }
    }
}
