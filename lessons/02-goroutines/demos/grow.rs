//! One goroutine goes 1 MiB deep: the memory on the way down, on the way back, and after its end.

use crate::stage::{Stage, memory, program};
use goroutines::prelude::*;
use std::hint::black_box;
use std::io::{self, Write};
use std::sync::{Arc, Mutex as StdMutex};
use std::time::{Duration, Instant};

/// How deep, in bytes.
const DEPTHS: [usize; 4] = [16 << 10, 128 << 10, 512 << 10, 1 << 20];
/// How long to wait for the pages to go back.
const PATIENCE: Duration = Duration::from_secs(3);

pub(super) fn growing_stack(stage: &mut Stage) -> io::Result<()> {
    if memory::of_no_file().is_none() {
        return stage.say(
            "This demo asks Linux for the memory of this process, in /proc. This system has no such folder.",
        );
    }
    let patience = if stage.fixed().is_some() { Duration::ZERO } else { PATIENCE };
    let (mut points, gone) =
        program(Builder::new().max_stack(2 << 20), || go_deep(patience))?;
    points.push(("runtime ended", resident()));

    let start = points.first().map_or(0.0, |(_, kib)| *kib);
    let bars: Vec<(&str, f64)> = points
        .iter()
        .map(|(what, kib)| (*what, (kib - start).max(0.0)))
        .collect();
    stage.bars(&bars, "KiB")?;
    if stage.fixed().is_some() {
        return Ok(());
    }
    writeln!(stage)?;
    match gone {
        Some(after) => stage.say(&format!(
            "The pages went back to the OS {:.1} seconds after the goroutine had ended. The runtime keeps them for a \
             while, because the next goroutine may need them.",
            after.as_secs_f64()
        )),
        None => stage.say(&format!(
            "{} seconds after the goroutine's end the runtime still kept the pages: the next goroutine may need them. \
             When the runtime ended, they went back.",
            PATIENCE.as_secs()
        )),
    }
}

/// What was resident at each point, in KiB, and how long the pages stayed after the end.
fn go_deep(patience: Duration) -> (Vec<(&'static str, f64)>, Option<Duration>) {
    let points = Arc::new(StdMutex::new(Vec::with_capacity(16)));
    let note = |points: &StdMutex<Vec<(&'static str, f64)>>, what| {
        points.lock().unwrap().push((what, resident()));
    };
    // The first reading makes its own buffers; the second counts.
    resident();
    note(&points, "at the start");

    let (theirs, done) = (points.clone(), WaitGroup::new());
    done.go(move || {
        let top = black_box(0_u8);
        let top = &raw const top as usize;
        note(&theirs, "goroutine runs");
        for (depth, what) in DEPTHS.into_iter().zip(["16 KiB deep", "128 KiB deep", "512 KiB deep", "1 MiB deep"]) {
            descend(top, depth, &mut || note(&theirs, what));
        }
        note(&theirs, "back at the top");
    });
    done.wait();
    let ended = Instant::now();
    let deepest = resident();
    let mut gone = None;
    while gone.is_none() && ended.elapsed() < patience {
        time::sleep(Duration::from_millis(50));
        // Half of what it had taken: the rest is ours.
        if resident() < deepest - 512.0 {
            gone = Some(ended.elapsed());
        }
    }
    points.lock().unwrap().push(("after its end", resident()));
    let all = points.lock().unwrap().clone();
    (all, gone)
}

/// Calls itself until the stack is `depth` bytes below `top`, and calls `at_bottom` there.
#[inline(never)]
fn descend(top: usize, depth: usize, at_bottom: &mut dyn FnMut()) {
    let mut frame = [0_u8; 1024];
    black_box(&mut frame);
    if top - (&raw const frame as usize) < depth {
        descend(top, depth, at_bottom);
    } else {
        at_bottom();
    }
    // Used after the call, so that it is not turned into a loop.
    black_box(&mut frame);
}

fn resident() -> f64 {
    memory::of_no_file().map_or(0.0, |bytes| bytes as f64 / 1024.0)
}
