//! A deadlock between a lock and a channel, and what the runtime reports of it.

use super::lines::{show, shortened};
use crate::stage::{Stage, failing};
use goroutines::prelude::*;
use std::io::{self, Write};
use std::sync::Arc;

/// The source, so that a place can be shown with what stands there.
const SOURCE: &str = include_str!("deadlock.rs");

/// main takes a lock and waits for an answer; who is to answer wants the lock first.
fn ask_in_the_lock() {
    let account = Arc::new(Mutex::new(100));
    let answers = chan::<i64>(0);
    let held = account.lock();
    let (theirs, out) = (account.clone(), answers.clone());
    go! {
        let balance = theirs.lock();
        out.send(*balance);
    }
    answers.recv();
    drop(held);
}

pub(super) fn deadlock_report(stage: &mut Stage) -> io::Result<()> {
    let Err(crash) = failing(Builder::new().procs(1), ask_in_the_lock) else {
        return Err(io::Error::other("the program came to its end"));
    };
    let lines = shortened(&crash.to_string());
    show(stage, &lines)?;
    writeln!(stage)?;
    stage.say("What stands at the two places:")?;
    writeln!(stage)?;
    let mut seen = Vec::new();
    for line in &lines {
        let place = line.trim().strip_prefix("deadlock.rs:");
        let number = place.and_then(|n| n.parse::<usize>().ok());
        let Some(number) = number.filter(|n| !seen.contains(n)) else {
            continue;
        };
        seen.push(number);
        let code = SOURCE.lines().nth(number - 1).unwrap_or_default().trim();
        if code != "go! {" {
            writeln!(stage, "    {number} │ {code}")?;
        }
    }
    writeln!(stage)?;
    stage.say(
        "So main waits for an answer, and goroutine 2, which should give it, waits for a lock. Who has that lock does not \
         stand in the report. It stands in the source: main took it, some lines before.",
    )
}
