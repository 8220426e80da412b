//! The threads of this very program while goroutines run in it, as the OS lists them.

use crate::stage::{Stage, program};
use goroutines::prelude::*;
use std::io::{self, Write};

const GOROUTINES: usize = 100;

/// A thread as the OS knows it.
struct Thread {
    id: u64,
    name: String,
    cpu: String,
}

pub(super) fn this_process(stage: &mut Stage) -> io::Result<()> {
    let threads = program(Builder::new(), || {
        let (ready, end) = (WaitGroup::new(), chan::<()>(0));
        for _ in 0..GOROUTINES {
            ready.add(1);
            let (ready, end) = (ready.clone(), end.clone());
            go! {
                ready.done();
                end.recv();
            }
        }
        ready.wait();
        let threads = threads();
        end.close();
        threads
    })??;

    let me = u64::from(std::process::id());
    let pid = stage.measured(me);
    writeln!(stage, "process {pid}: one address space, {GOROUTINES} goroutines + main")?;
    if stage.fixed().is_some() {
        writeln!(stage, "├─ thread {pid}  the main thread")?;
        writeln!(stage, "└─ threads of the runtime: their number differs")?;
        return Ok(());
    }
    for (i, t) in threads.iter().enumerate() {
        let branch = if i + 1 == threads.len() { "└─" } else { "├─" };
        let what = match () {
            () if t.id == me => "the main thread",
            () if is_an_m(&t.name) => "runs goroutines",
            () => &t.name,
        };
        writeln!(
            stage,
            "{branch} thread {:<8} {what:<16} last on CPU {}",
            t.id, t.cpu
        )?;
    }
    Ok(())
}

/// M is Go's name for a thread that runs goroutines, and so the runtime calls its own: `M0/1` is the first of runtime 1.
fn is_an_m(name: &str) -> bool {
    name.strip_prefix('M')
        .and_then(|rest| rest.split_once('/'))
        .is_some_and(|(m, home)| m.parse::<u32>().is_ok() && home.parse::<u64>().is_ok())
}

/// The threads of this process, in the order of their numbers.
fn threads() -> io::Result<Vec<Thread>> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir("/proc/self/task")? {
        let folder = entry?.path();
        let Some(id) = folder.file_name().and_then(|n| n.to_str()?.parse().ok()) else {
            continue;
        };
        // A thread that ends while the list is read is left out.
        let (Ok(name), Ok(stat)) = (
            std::fs::read_to_string(folder.join("comm")),
            std::fs::read_to_string(folder.join("stat")),
        ) else {
            continue;
        };
        // The name stands in brackets and may hold spaces; after it, the 37th word is the CPU.
        let cpu = stat
            .rsplit_once(')')
            .and_then(|(_, rest)| rest.split_whitespace().nth(36))
            .unwrap_or("?");
        all.push(Thread {
            id,
            name: name.trim().to_string(),
            cpu: cpu.to_string(),
        });
    }
    all.sort_by_key(|t| t.id);
    Ok(all)
}
