//! A captured `err`: this demo started once more with `GODEBUG=race=1`, and what the race detector reported.

use super::lines::{show, shortened};
use crate::stage::{self, Stage, program};
use goroutines::prelude::*;
use std::io::{self, Write};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

/// What the other gotour has in its environment, beside `GODEBUG`.
const INSIDE: &str = "GOTOUR_DEMO_RACE";

/// Two tasks report their failures in one variable, as a closure does that captures `err`.
///
/// The plain atomics keep the two accesses in one order and say nothing to the detector: so it is the same report each
/// time.
fn two_tasks() {
    let err = Shared::new(0_u32);
    let wrote = Arc::new(AtomicBool::new(false));
    let read = Arc::new(AtomicBool::new(false));
    let ended = chan::<()>(0);
    let (theirs, done, seen, end) = (err.clone(), wrote.clone(), read.clone(), ended.clone());
    go! {
        theirs.set(404);
        done.store(true, SeqCst);
        until(&seen);
        end.send(());
    }
    until(&wrote);
    if err.get() != 0 {
        read.store(true, SeqCst);
    }
    ended.recv();
}

fn until(flag: &AtomicBool) {
    while !flag.load(SeqCst) {
        runtime::gosched();
    }
}

pub(super) fn race_report(stage: &mut Stage) -> io::Result<()> {
    if std::env::var_os(INSIDE).is_some() {
        return program(Builder::new().procs(1), two_tasks);
    }
    stage::also(two_tasks);
    stage.say("GODEBUG=race=1 gotour demo race-report")?;
    writeln!(stage)?;
    let ran = Command::new(std::env::current_exe()?)
        .args(["demo", "race-report", "--json"])
        .env("GODEBUG", "race=1")
        .env(INSIDE, "1")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .output()?;
    let said = String::from_utf8_lossy(&ran.stderr);
    let report: Vec<&str> = said
        .lines()
        .skip_while(|l| !l.starts_with("WARNING: DATA RACE"))
        .take_while(|l| !l.starts_with("===="))
        .collect();
    if report.is_empty() {
        return Err(io::Error::other("it reported no race"));
    }
    let mut lines = shortened(report.join("\n").trim_end());
    for line in &mut lines {
        // Where the variable lies is another place each time.
        if let Some((what, rest)) = line.split_once(" at 0x") {
            let (_, who) = rest.split_once(' ').unwrap_or(("", rest));
            *line = format!("{what} at 0x… {who}");
        }
    }
    show(stage, &lines)?;
    writeln!(stage)?;
    stage.say(
        "Two accesses to one variable, one of them a write; and below, where the other goroutine comes from. The program \
         went on. One of your own ends with exit code 66 then, as it does in Go: so a test with a race in it fails.",
    )
}
