//! Three workers that hold one lock for all of their work, and three that hold it for a moment: as a timeline.

use crate::stage::{self, Stage, program};
use goroutines::explore::{self, Render, Schedule};
use goroutines::prelude::*;
use goroutines::trace::Sink;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

const WORKERS: usize = 3;
/// A worker's work: it waits for a disk.
const WORK: Duration = Duration::from_millis(20);

/// Each works, and adds one to the sum: in the lock, or before it.
fn work(in_the_lock: bool) {
    let sum = Arc::new(Mutex::new(0));
    let wg = WaitGroup::new();
    for _ in 0..WORKERS {
        let sum = sum.clone();
        wg.go(move || {
            if !in_the_lock {
                time::sleep(WORK);
            }
            let mut sum = sum.lock();
            if in_the_lock {
                time::sleep(WORK);
            }
            *sum += 1;
        });
    }
    wg.wait();
}

pub(super) fn timeline(stage: &mut Stage) -> io::Result<()> {
    for (what, in_the_lock) in [
        ("the work is done in the lock", true),
        ("the work is done before it", false),
    ] {
        writeln!(stage, "{what}")?;
        let width = stage.width();
        let drawn = if stage.fixed().is_some() {
            // The same each time, and without a clock.
            stage::also(move || work(in_the_lock));
            let story = explore::record_schedule(&Schedule::default(), move || work(in_the_lock));
            story.lanes(&Render {
                width,
                ascii: stage.ascii(),
                source_root: env!("CARGO_MANIFEST_DIR").into(),
                program: String::new(),
                replayed: false,
            })
        } else {
            let sink = Sink::new();
            program(Builder::new().procs(2).trace(sink.clone()), move || work(in_the_lock))?;
            let trace = sink.take();
            match trace.events().is_empty() {
                // `gotour trace` has it.
                true => "(it is traced by another)\n".to_string(),
                false => trace.ascii_in(width),
            }
        };
        writeln!(stage, "{drawn}")?;
    }
    stage.say(
        "Look at when each one last ran. In the first picture they end one after the other, in the second together: the \
         lock made three workers one.",
    )
}
