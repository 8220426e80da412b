//! The scheduler drawn from snapshots that goroutines of it take: at work, and before and after it has stolen.

use crate::stage::{Stage, program};
use goroutines::prelude::*;
use goroutines::runtime::SchedSnapshot;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, mpsc};

pub(super) fn the_machine(stage: &mut Stage) -> io::Result<()> {
    let at = program(Builder::new().procs(1), || {
        let letters = chan::<()>(0);
        for _ in 0..2 {
            let letters = letters.clone();
            go! { letters.recv(); }
        }
        // One P: they run now, and wait.
        runtime::gosched();
        for _ in 0..4 {
            go! {}
        }
        let at = runtime::snapshot();
        letters.close();
        at
    })?;
    stage.machine(&at)?;
    writeln!(stage)?;
    stage.say(
        "A runtime with one P, asked by its main goroutine, G1, while it runs. G2 and G3 wait for a message. G4 to G7 were \
         started just now and have not run yet.",
    )
}

/// Goroutines that main starts before there is a second P.
const STARTED: usize = 8;
/// How often it is tried to see a whole theft: main may be interrupted meanwhile.
const TRIES: usize = 20;

pub(super) fn stealing(stage: &mut Stage) -> io::Result<()> {
    let mut frames = theft()?;
    for _ in 1..TRIES {
        if is_whole(&frames.1) {
            break;
        }
        frames = theft()?;
    }
    let (before, after) = frames;
    writeln!(stage, "one P; main has started {STARTED} goroutines")?;
    writeln!(stage)?;
    stage.machine(&before)?;
    writeln!(stage)?;
    writeln!(stage, "gomaxprocs(2); drawn by the first that runs on P1")?;
    writeln!(stage)?;
    stage.machine(&after)?;
    writeln!(stage)?;
    let had = before.ps[0].run_queue.len();
    let left = after.ps[0].run_queue.len();
    stage.say(&format!(
        "Of {had} in the queue of P0, P1 took {}: one runs now, the others are in its own queue. The one in \"next\" was \
         left where it was.",
        had - left
    ))
}

/// The second frame shows what the lesson says: main goes on on P0, the thief on P1.
fn is_whole(after: &SchedSnapshot) -> bool {
    let runs = |p: usize| after.ms.iter().find(|m| m.p == Some(p)).and_then(|m| m.g);
    runs(0) == Some(1) && runs(1).is_some() && after.ps[0].runnext.is_some()
}

/// Two frames: before there was a second P, and as the first goroutine saw it that ran there.
fn theft() -> io::Result<(SchedSnapshot, SchedSnapshot)> {
    program(Builder::new().procs(1), || {
        let seen = Arc::new(AtomicBool::new(false));
        let (tell, told) = mpsc::channel();
        for _ in 0..STARTED {
            let (seen, tell) = (seen.clone(), tell.clone());
            go! {
                if !seen.load(SeqCst) {
                    let _ = tell.send(runtime::snapshot());
                    seen.store(true, SeqCst);
                }
            }
        }
        let before = runtime::snapshot();
        runtime::gomaxprocs(2);
        // main keeps its P, and calls nothing of the runtime; its thread lets others have the CPU.
        while !seen.load(SeqCst) {
            std::thread::yield_now();
        }
        (before, told.recv())
    })
    .and_then(|(before, after)| Ok((before, after.map_err(io::Error::other)?)))
}
