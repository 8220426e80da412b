//! Three ways to capture the variable of a loop, each run under many schedules, with the outputs counted.

use crate::stage::Stage;
use goroutines::explore::{self, Options, Strategy};
use goroutines::prelude::*;
use goroutines::print;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::{Arc, Mutex as StdMutex};

const SCHEDULES: usize = 1_000;
/// Outputs shown for each way.
const SHOWN: usize = 6;

pub(super) fn captures(stage: &mut Stage) -> io::Result<()> {
    let seed = stage.fixed().unwrap_or(1);
    let ways: [(&str, fn()); 3] = [
        ("by value: a copy", by_value),
        ("by reference: a fresh variable each time", fresh),
        ("by reference: the loop's one variable", the_one),
    ];
    stage.say(&format!(
        "Each ran under {SCHEDULES} schedules. Behind an output: how many of them printed it."
    ))?;
    for (title, program) in ways {
        writeln!(stage)?;
        writeln!(stage, "{title}")?;
        let outputs = outputs(seed, program);
        let mut by_count: Vec<(&String, &usize)> = outputs.iter().collect();
        by_count.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
        let shown: Vec<String> = by_count
            .iter()
            .take(SHOWN)
            .map(|(out, n)| format!("{} {:<6}", out.trim(), format!("({n})")))
            .collect();
        for line in shown.chunks(3) {
            writeln!(stage, "    {}", line.join("   ").trim_end())?;
        }
        if by_count.len() > SHOWN {
            writeln!(stage, "    and {} others", by_count.len() - SHOWN)?;
        }
    }
    Ok(())
}

/// A number moves into each goroutine.
fn by_value() {
    let wg = WaitGroup::new();
    for i in 0..3 {
        wg.go(move || print!("{i} "));
    }
    wg.wait();
}

/// Go 1.22 and later: each time round has a variable of its own.
fn fresh() {
    let wg = WaitGroup::new();
    for n in 0..3 {
        let i = Shared::new(n);
        wg.go(move || print!("{} ", i.get()));
    }
    wg.wait();
}

/// Go up to 1.21: one variable for the whole loop.
fn the_one() {
    let wg = WaitGroup::new();
    let i = Shared::new(0);
    while i.get() < 3 {
        let same = i.clone();
        wg.go(move || print!("{} ", same.get()));
        i.set(i.get() + 1);
    }
    wg.wait();
}

/// How often the program printed what.
fn outputs(seed: u64, program: fn()) -> BTreeMap<String, usize> {
    let seen = Arc::new(StdMutex::new(BTreeMap::new()));
    let note = seen.clone();
    let opts = Options::new()
        .seed(seed)
        .schedules(SCHEDULES)
        .strategy(Strategy::Random)
        // The third way has a data race. Here its outputs are wanted, not the report.
        .races(false)
        .expect(move |out| {
            *note.lock().unwrap().entry(out.to_string()).or_insert(0) += 1;
            true
        });
    explore::check(&opts, program);
    let all = seen.lock().unwrap();
    all.clone()
}
