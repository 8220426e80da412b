//! A P that is taken from a thread in a blocking call: frames, each taken by the goroutine that runs then.

use crate::stage::machine::{goroutine, goroutines};
use crate::stage::{Stage, os_thread, program};
use goroutines::prelude::*;
use goroutines::runtime::{MSnapshot, SchedSnapshot};
use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::sync::{Arc, Mutex as StdMutex};

/// What had just happened, the scheduler then, and the thread on which it was seen.
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

/// How often it is tried to see the whole of it: on a busy machine the 10 ms of a goroutine may end in between.
const TRIES: usize = 20;

/// The goroutine that reads: the last of the three that main starts, so it is the first to run.
const READER: u64 = 4;

pub(super) fn hand_off(stage: &mut Stage) -> io::Result<()> {
    let mut frames = one_call()?;
    for _ in 1..TRIES {
        if is_whole(&frames) {
            break;
        }
        frames = one_call()?;
    }
    let heading = ["what happened", "P0 on", "runs", "queue", "global", "without P"];
    let mut rows = vec![heading.map(String::from)];
    for f in &frames {
        let holder = holder(&f.at);
        rows.push([
            f.what.to_string(),
            holder.map_or_else(|| "—".to_string(), |m| format!("M{}", m.id)),
            goroutine(holder.and_then(|m| m.g)),
            goroutines(&f.at.ps[0].run_queue, 8),
            goroutines(&f.at.global_queue, 8),
            without_p(&f.at),
        ]);
    }
    stage.rows(&rows)?;
    writeln!(stage)?;
    if let Some(f) = frames.get(1) {
        writeln!(stage, "the second row, drawn:")?;
        writeln!(stage)?;
        stage.machine(&f.at)?;
        writeln!(stage)?;
    }
    if let (Some(before), Some(after)) = (frames.first(), frames.last()) {
        stage.say(&format!(
            "G4 was on OS thread {} before its call, and is on {} after it.",
            stage.measured(before.thread),
            stage.measured(after.thread)
        ))?;
    }
    Ok(())
}

fn holder(at: &SchedSnapshot) -> Option<&MSnapshot> {
    at.ms.iter().find(|m| m.p == Some(0))
}

/// The Ms that hold no P, and what they do.
fn without_p(at: &SchedSnapshot) -> String {
    let all: Vec<String> = at
        .ms
        .iter()
        .filter(|m| m.p.is_none())
        .map(|m| match m.g {
            Some(g) => format!("M{}: G{g}", m.id),
            None => format!("M{}: sleeps", m.id),
        })
        .collect();
    if all.is_empty() {
        return "—".to_string();
    }
    all.join(" ")
}

/// Nobody but those of the story came in between.
fn is_whole(frames: &[Frame]) -> bool {
    let runs: Vec<Option<u64>> = frames
        .iter()
        .map(|f| holder(&f.at).and_then(|m| m.g))
        .collect();
    runs == [Some(READER), Some(2), Some(2), Some(3), Some(READER)]
        && frames.iter().all(|f| f.at.ms.len() <= 2)
        && frames[2].at.global_queue == [READER]
}

/// main starts G2, G3 and G4, and waits.
fn one_call() -> io::Result<Vec<Frame>> {
    let frames = Frames::default();
    let (reader, writer) = io::pipe()?;
    let theirs = frames.clone();
    program(Builder::new().procs(1), move || {
        let wg = WaitGroup::new();
        let frames = theirs.clone();
        wg.go(move || writes(&frames, writer));
        let frames = theirs.clone();
        wg.go(move || frame(&frames, "G2 has ended"));
        let frames = theirs.clone();
        wg.go(move || reads(&frames, reader));
        wg.wait();
    })?;
    let mut frames = frames.lock().unwrap();
    Ok(std::mem::take(&mut *frames))
}

fn reads(frames: &Frames, mut reader: PipeReader) {
    frame(frames, "G4 is about to read");
    // The OS's own pipe: the thread blocks in it.
    let read = runtime::syscall(|| reader.read(&mut [0]));
    if read.is_ok_and(|n| n == 1) {
        frame(frames, "G3 has ended");
    }
}

fn writes(frames: &Frames, mut writer: PipeWriter) {
    frame(frames, "the call lasts");
    if writer.write_all(&[1]).is_err() {
        return;
    }
    // The other thread needs a moment to come back, to find no P, and to go to sleep.
    loop {
        let at = runtime::snapshot();
        if at.global_queue.contains(&READER) && !at.idle_ms.is_empty() {
            break;
        }
        if at.goroutines.iter().all(|g| g.id != READER) {
            return;
        }
        std::thread::yield_now();
    }
    frame(frames, "G2 wrote; call is over");
}
