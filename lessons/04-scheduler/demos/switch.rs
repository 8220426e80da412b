//! Switches on one P, a frame after each, taken by the goroutine that runs then; and how often the OS had to switch.

use crate::stage::machine::{goroutine, goroutines, waiting};
use crate::stage::{Stage, os_thread, program};
use crate::text::thousands;
use goroutines::prelude::*;
use goroutines::runtime::SchedSnapshot;
use std::collections::BTreeSet;
use std::io::{self, Write};
use std::sync::{Arc, Mutex as StdMutex};

/// What had just happened, the scheduler after it, and the thread on which that was seen.
struct Frame {
    what: &'static str,
    at: SchedSnapshot,
    thread: u64,
}

type Frames = Arc<StdMutex<Vec<Frame>>>;

fn frame(frames: &Frames, what: &'static str) {
    let (at, thread) = (runtime::snapshot(), os_thread());
    frames.lock().unwrap().push(Frame { what, at, thread });
}

pub(super) fn the_switch(stage: &mut Stage) -> io::Result<()> {
    let frames = Frames::default();
    let theirs = frames.clone();
    program(Builder::new().procs(1), move || small_program(&theirs))?;
    let frames = frames.lock().unwrap();

    let heading = ["what happened", "runs", "next", "queue", "global", "waits"];
    let mut rows = vec![heading.map(String::from)];
    for f in frames.iter() {
        let runs = f.at.ms.iter().find(|m| m.p == Some(0)).and_then(|m| m.g);
        let p = &f.at.ps[0];
        let waits: Vec<u64> = waiting(&f.at).into_values().flatten().collect();
        rows.push([
            f.what.to_string(),
            goroutine(runs),
            goroutine(p.runnext),
            goroutines(&p.run_queue, 8),
            goroutines(&f.at.global_queue, 8),
            goroutines(&waits, 8),
        ]);
    }
    stage.rows(&rows)?;
    writeln!(stage)?;

    let threads: BTreeSet<u64> = frames.iter().map(|f| f.thread).collect();
    if let [thread] = threads.iter().collect::<Vec<_>>()[..] {
        stage.say(&format!(
            "Every row was seen on the same OS thread, number {}.",
            stage.measured(thread)
        ))?;
    }
    many_switches(stage)
}

/// G1 is main, and starts G2, G3 and G4.
fn small_program(frames: &Frames) {
    let letter = chan::<()>(0);
    let wg = WaitGroup::new();
    let (theirs, sent) = (frames.clone(), letter.clone());
    wg.go(move || {
        frame(&theirs, "G4 waits for a message");
        sent.send(());
        frame(&theirs, "G2 sends it");
        runtime::gosched();
    });
    let theirs = frames.clone();
    wg.go(move || frame(&theirs, "G4 ends"));
    let (theirs, received) = (frames.clone(), letter);
    wg.go(move || {
        frame(&theirs, "G1 gives way");
        received.recv();
        frame(&theirs, "G2 gives way");
    });
    frame(frames, "G1 has started three");
    runtime::gosched();
    frame(frames, "G3 ends");
    wg.wait();
}

/// Turns that two goroutines take.
const TURNS: u64 = 100_000;

/// Two goroutines give way to each other, and the OS is asked how often it put their thread away meanwhile.
fn many_switches(stage: &mut Stage) -> io::Result<()> {
    let turns = if stage.fixed().is_some() { 100 } else { TURNS };
    let counted = program(Builder::new().procs(1), move || {
        let wg = WaitGroup::new();
        let before = os_switches();
        for _ in 0..2 {
            wg.go(move || (0..turns / 2).for_each(|_| runtime::gosched()));
        }
        wg.wait();
        // The same thread in both, or they are not to be compared.
        let ((a, from), (b, to)) = (before?, os_switches()?);
        (a == b).then(|| to - from)
    })?;
    let Some(counted) = counted else {
        return Ok(());
    };
    stage.say(&format!(
        "Then two goroutines gave way to each other, {} times in all. How often the OS put their thread away meanwhile, for \
         reasons of its own: {}.",
        thousands(TURNS),
        stage.measured(thousands(counted))
    ))
}

/// The thread of this goroutine, and how often the OS has put it away, where the OS says so.
#[inline(never)]
fn os_switches() -> Option<(u64, u64)> {
    let status = std::fs::read_to_string("/proc/thread-self/status").ok()?;
    let field = |name: &str| -> Option<u64> {
        let line = status.lines().find_map(|l| l.strip_prefix(name))?;
        line.trim_start_matches(':').trim().parse().ok()
    };
    let away = field("voluntary_ctxt_switches")? + field("nonvoluntary_ctxt_switches")?;
    Some((field("Pid")?, away))
}
