//! Three ways to capture the variable of a loop: run once on the real scheduler, then under many schedules.

use crate::stage::{self, Stage, program};
use crate::text::thousands;
use goroutines::explore::{Options, Strategy};
use goroutines::prelude::*;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::{Arc, Mutex as StdMutex};

const SCHEDULES: usize = 1_000;
/// Outputs shown for each way.
const SHOWN: usize = 6;

/// Where the goroutines of a program print their numbers.
#[derive(Clone, Default)]
struct Page(Arc<StdMutex<String>>);

impl Page {
    fn print(&self, i: i64) {
        self.0.lock().unwrap().push_str(&format!("{i} "));
    }

    fn take(&self) -> String {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

/// A program that prints on a page.
type Way = fn(&Page);

pub(super) fn captures(stage: &mut Stage) -> io::Result<()> {
    let seed = stage.fixed().unwrap_or(1);
    let ways: [(&str, Way); 3] = [
        ("by value: a copy", by_value),
        ("by reference: a fresh variable each time", fresh),
        ("by reference: the loop's one variable", the_one),
    ];
    stage.say(&format!(
        "Each ran under {} schedules. Behind an output: how many of them printed it.",
        thousands(SCHEDULES as u64)
    ))?;
    for (title, way) in ways {
        writeln!(stage)?;
        writeln!(stage, "{title}")?;
        let outputs = outputs(seed, way);
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
        if stage.fixed().is_none() {
            let now = program(Builder::new(), || {
                let page = Page::default();
                way(&page);
                page.take()
            })?;
            writeln!(stage, "  on the real scheduler, this once: {}", now.trim())?;
        }
    }
    Ok(())
}

/// A number moves into each goroutine.
fn by_value(page: &Page) {
    let wg = WaitGroup::new();
    for i in 0..3 {
        let page = page.clone();
        wg.go(move || page.print(i));
    }
    wg.wait();
}

/// Go 1.22 and later: each time round has a variable of its own.
fn fresh(page: &Page) {
    let wg = WaitGroup::new();
    for n in 0..3 {
        let i = Shared::new(n);
        let page = page.clone();
        wg.go(move || page.print(i.get()));
    }
    wg.wait();
}

/// Go up to 1.21: one variable for the whole loop.
fn the_one(page: &Page) {
    let wg = WaitGroup::new();
    let i = Shared::new(0);
    while i.get() < 3 {
        let (same, page) = (i.clone(), page.clone());
        wg.go(move || page.print(same.get()));
        i.set(i.get() + 1);
    }
    wg.wait();
}

/// How often the program printed what.
fn outputs(seed: u64, way: Way) -> BTreeMap<String, usize> {
    let all = Arc::new(StdMutex::new(BTreeMap::new()));
    let note = all.clone();
    let opts = Options::new()
        .seed(seed)
        .schedules(SCHEDULES)
        .strategy(Strategy::Random)
        // The third way has a data race. Here its outputs are wanted, not the report.
        .races(false);
    stage::check(&opts, move || {
        let page = Page::default();
        way(&page);
        *note.lock().unwrap().entry(page.take()).or_insert(0) += 1;
    });
    let all = all.lock().unwrap();
    all.clone()
}
