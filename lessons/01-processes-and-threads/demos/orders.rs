//! Every order in which two goroutines can print their lines: with nothing between them, then with a channel.

use crate::stage::{self, Stage};
use goroutines::explore::{Options, Strategy};
use goroutines::prelude::*;
use goroutines::print;
use std::collections::BTreeSet;
use std::io::{self, Write};
use std::sync::{Arc, Mutex as StdMutex};

pub(super) fn all_orders(stage: &mut Stage) -> io::Result<()> {
    let free = outputs(free);
    writeln!(stage, "nothing between them: {} outputs", free.len())?;
    show(stage, &free)?;
    writeln!(stage)?;
    let ordered = outputs(ordered);
    writeln!(
        stage,
        "after a, the one sends; before 1, the other receives: {}",
        ordered.len()
    )?;
    show(stage, &ordered)
}

fn free() {
    let wg = WaitGroup::new();
    wg.go(|| {
        print!("a");
        print!("b");
    });
    wg.go(|| {
        print!("1");
        print!("2");
    });
    wg.wait();
}

fn ordered() {
    let wg = WaitGroup::new();
    let ch = chan::<()>(0);
    let tell = ch.clone();
    wg.go(move || {
        print!("a");
        tell.send(());
        print!("b");
    });
    wg.go(move || {
        ch.recv();
        print!("1");
        print!("2");
    });
    wg.wait();
}

/// What the program can print, over all schedules that differ.
fn outputs(program: fn()) -> BTreeSet<String> {
    let seen = Arc::new(StdMutex::new(BTreeSet::new()));
    let note = seen.clone();
    let opts = Options::new()
        .strategy(Strategy::Exhaustive)
        .expect(move |out| {
            note.lock().unwrap().insert(out.to_string());
            true
        });
    stage::check(&opts, program);
    let all = seen.lock().unwrap();
    all.clone()
}

fn show(stage: &mut Stage, outputs: &BTreeSet<String>) -> io::Result<()> {
    let all: Vec<&str> = outputs.iter().map(String::as_str).collect();
    for line in all.chunks(6) {
        writeln!(stage, "  {}", line.join("   "))?;
    }
    Ok(())
}
