//! Handles to one channel: where each of them lies, and where each leads.

use crate::stage::{self, Stage, program};
use goroutines::prelude::*;
use std::hint::black_box;
use std::io;
use std::sync::{Arc, Mutex as StdMutex};

/// A handle: where it lies itself, and where it leads.
type Handle = (&'static str, usize, usize);

pub(super) fn pointer(stage: &mut Stage) -> io::Result<()> {
    let found = program(Builder::new().procs(1), || {
        let found: Arc<StdMutex<Vec<Handle>>> = Arc::default();
        let ch = chan::<i64>(3);
        let copy = ch.clone();
        let theirs = (ch.clone(), found.clone());
        found.lock().unwrap().push(look("ch, in main", &ch));
        found.lock().unwrap().push(look("its clone, in main", &copy));
        let wg = WaitGroup::new();
        wg.go(move || {
            // On this goroutine's own stack.
            let (mine, found) = theirs;
            found.lock().unwrap().push(look("a clone, in goroutine 2", &mine));
        });
        wg.wait();
        std::mem::take(&mut *found.lock().unwrap())
    })?;
    let rows: Vec<[String; 3]> = found
        .iter()
        .map(|(name, lies, leads)| {
            [
                name.to_string(),
                stage.measured(format!("{lies:x}")),
                stage.measured(format!("{leads:x}")),
            ]
        })
        .collect();
    let mut table: Vec<Vec<&str>> = vec![vec!["handle", "lies at", "leads to"]];
    table.extend(rows.iter().map(|r| r.iter().map(String::as_str).collect()));
    let table: Vec<&[&str]> = table.iter().map(Vec::as_slice).collect();
    stage.table(&table)?;
    let same = found.iter().all(|(_, _, leads)| *leads == found[0].2);
    stage.say(&format!(
        "\nEach handle is {} bytes. All lead to one place: {}.",
        size_of::<Chan<i64>>(),
        if same { "yes" } else { "no" }
    ))
}

#[inline(never)]
fn look(name: &'static str, ch: &Chan<i64>) -> Handle {
    let lies = std::ptr::from_ref(black_box(ch)) as usize;
    (name, lies, stage::address(ch))
}
