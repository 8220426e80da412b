//! A small server that hangs, and the list of all its goroutines: as it is, and grouped by what they wait for.

use super::lines::{show, shortened};
use crate::stage::{Stage, program};
use goroutines::prelude::*;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

/// Requests that want the cache.
const REQUESTS: usize = 6;

/// One holds the cache and waits for the disk, the others wait for the cache, and one sleeps.
fn server() -> String {
    let cache = Arc::new(Mutex::new(0));
    let disk = chan::<i32>(0);
    let pages = disk.receiver();
    let held = cache.clone();
    go! {
        let mut page = held.lock();
        *page = pages.recv().unwrap_or_default();
    }
    // One P: it runs now, until it waits.
    runtime::gosched();
    let wg = WaitGroup::new();
    for _ in 0..REQUESTS {
        let cache = cache.clone();
        wg.go(move || *cache.lock() += 1);
    }
    go! { time::sleep(Duration::from_secs(3600)); }
    runtime::gosched();
    let dump = runtime::stack_dump();
    disk.send(1);
    wg.wait();
    dump
}

pub(super) fn everybody(stage: &mut Stage) -> io::Result<()> {
    let dump = program(Builder::new().procs(1), server)?;
    let goroutines: Vec<Vec<String>> = dump.trim_end().split("\n\n").map(shortened).collect();
    stage.say(&format!("The list has {} goroutines. The last of them:", goroutines.len()))?;
    writeln!(stage)?;
    show(stage, goroutines.last().map_or(&[], Vec::as_slice))?;
    writeln!(stage)?;
    stage.say("Grouped by what they do, and where:")?;
    writeln!(stage)?;
    let mut groups: BTreeMap<(String, String), usize> = BTreeMap::new();
    for lines in &goroutines {
        let state = lines
            .first()
            .and_then(|l| Some(l.split_once('[')?.1.split_once(']')?.0.to_string()));
        let at = lines.get(2).map(|l| l.trim().to_string());
        *groups
            .entry((state.unwrap_or_default(), at.unwrap_or_default()))
            .or_default() += 1;
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by_key(|(_, count)| usize::MAX - count);
    let mut rows = vec![["how many", "do what", "at"].map(String::from)];
    for ((state, at), count) in groups {
        rows.push([count.to_string(), state, at]);
    }
    stage.rows(&rows)?;
    writeln!(stage)?;
    stage.say(
        "Many at one place is where it hurts, and seldom where it is broken. They wait for a lock. The one that has it is \
         among the others: look for who waits for something else, behind a lock that it took.",
    )
}
