//! gotour started once more with `GODEBUG=schedtrace`: a line that its scheduler wrote, and what stands in it.

use crate::stage::Stage;
use std::io::{self, Write};
use std::process::{Command, Stdio};

/// The demo that the other gotour runs, and how often its scheduler writes, in milliseconds.
const RUNS: &str = "no-calls";
const EVERY: u32 = 20;

/// A part of the line by its name, and what it says.
const PARTS: [(&str, &str); 8] = [
    ("gomaxprocs", "how many Ps there are"),
    ("idleprocs", "Ps that no M holds"),
    ("threads", "Ms, and the monitor"),
    ("spinningthreads", "Ms that look for something to steal"),
    ("idlethreads", "Ms that sleep"),
    ("runqueue", "goroutines in the global queue"),
    ("[ ]", "goroutines in the queue of each P"),
    ("schedticks", "turns that each P has given"),
];

pub(super) fn schedtrace(stage: &mut Stage) -> io::Result<()> {
    stage.say(&format!("GODEBUG=schedtrace={EVERY} gotour demo {RUNS}"))?;
    writeln!(stage)?;
    let ran = Command::new(std::env::current_exe()?)
        .args(["demo", RUNS, "--json"])
        .env("GODEBUG", format!("schedtrace={EVERY}"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .output()?;
    let said = String::from_utf8_lossy(&ran.stderr);
    let lines: Vec<&str> = said.lines().filter(|l| l.starts_with("SCHED ")).collect();
    // In the middle of the run.
    let Some(line) = lines.get(lines.len() / 2) else {
        return Err(io::Error::other("it wrote no line"));
    };
    let rows = PARTS.map(|(name, means)| {
        let value = value(line, name).unwrap_or("?");
        [name.to_string(), stage.measured(value), means.to_string()]
    });
    if stage.fixed().is_none() {
        stage.say(&format!("It wrote {} lines. One of them:", lines.len()))?;
        writeln!(stage)?;
        stage.say(line)?;
        writeln!(stage)?;
    }
    let mut table: Vec<Vec<&str>> = vec![vec!["in the line", "", "what it says"]];
    table.extend(rows.iter().map(|r| r.iter().map(String::as_str).collect()));
    let table: Vec<&[&str]> = table.iter().map(Vec::as_slice).collect();
    stage.table(&table)
}

/// What stands behind `name=`; for `[ ]`, what stands between the first brackets.
fn value<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    if name == "[ ]" {
        return Some(line.split_once('[')?.1.split_once(']')?.0.trim());
    }
    let rest = line.split_once(&format!(" {name}="))?.1;
    match rest.strip_prefix('[') {
        Some(list) => Some(list.split_once(']')?.0.trim()),
        None => rest.split(' ').next(),
    }
}
