//! A lost update: its shortest schedule, and how often it happens in plain runs and among all orders.

use crate::stage::{self, Stage, program};
use crate::text::thousands;
use goroutines::explore::wire::WireFailure;
use goroutines::explore::{Options, Render, Story, Strategy};
use goroutines::prelude::*;
use goroutines::println;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::{Arc, Mutex as StdMutex};

/// How often the program runs on the real scheduler.
const RUNS: usize = 20_000;

fn two_additions() {
    let n = Shared::new(0);
    let wg = WaitGroup::new();
    for _ in 0..2 {
        let n = n.clone();
        wg.go(move || {
            let v = n.get();
            n.set(v + 1);
        });
    }
    wg.wait();
    println!("{}", n.get());
}

pub(super) fn lost_update(stage: &mut Stage) -> io::Result<()> {
    let opts = Options::new()
        .seed(stage.fixed().unwrap_or(1))
        .races(false)
        .expect(|out| out == "2\n");
    let report = stage::check(&opts, two_additions);
    let Some(failure) = report.failure else {
        return Err(io::Error::other("no schedule lost an update"));
    };
    let told = WireFailure {
        kind: failure.kind,
        schedule: failure.schedule.clone(),
        schedule_index: 1,
        preemptions: failure.preemptions,
        steps: failure.steps,
        output: failure.output,
        expected: None,
        message: failure.message,
        blocked: Vec::new(),
        story: Story::clone(&failure.story),
    };
    let table = told.render(&Render {
        width: stage.width(),
        ascii: stage.ascii(),
        source_root: env!("CARGO_MANIFEST_DIR").into(),
        // Without a name there is no line that says how to see it again: it is no exercise.
        program: String::new(),
        replayed: false,
    });
    writeln!(stage, "{table}")?;
    stage.say(&format!(
        "{} of {} schedules lost one. This is the shortest that was found; its name is {}.",
        thousands(report.failed as u64),
        thousands(report.ran as u64),
        failure.schedule
    ))
}

pub(super) fn every_order(stage: &mut Stage) -> io::Result<()> {
    let runs = if stage.fixed().is_some() { 10 } else { RUNS };
    let lost = program(Builder::new(), move || (0..runs).filter(|_| one_run() != 2).count())?;
    stage.say(&format!(
        "on the real scheduler: {} of {} runs lost an update",
        stage.measured(lost),
        thousands(RUNS as u64)
    ))?;

    let seen = Arc::new(StdMutex::new(BTreeMap::new()));
    let note = seen.clone();
    let opts = Options::new()
        .strategy(Strategy::Exhaustive)
        .races(false)
        .expect(move |out| {
            *note.lock().unwrap().entry(out.to_string()).or_insert(0) += 1;
            true
        });
    let report = stage::check(&opts, two_additions);
    let seen = seen.lock().unwrap();
    let wrong: usize = seen
        .iter()
        .filter(|(out, _)| out.as_str() != "2\n")
        .map(|(_, n)| n)
        .sum();
    stage.say(&format!(
        "under every order:     {} of {} runs lost an update",
        thousands(wrong as u64),
        thousands(report.ran as u64)
    ))?;
    writeln!(stage)?;
    if !report.exhausted {
        return stage.say("There are more orders, which were not tried.");
    }
    stage.say(
        "Those are all the orders there are. Left out is only what can make no difference, such as which of two reads \
         comes first.",
    )
}

/// What the two additions made of 0, on the real scheduler.
fn one_run() -> i64 {
    let n = Shared::new(0);
    let wg = WaitGroup::new();
    for _ in 0..2 {
        let n = n.clone();
        wg.go(move || {
            let v = n.get();
            n.set(v + 1);
        });
    }
    wg.wait();
    n.get()
}
