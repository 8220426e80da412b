//! Channels frame by frame, each drawn from a snapshot of the live one between two steps.

use crate::stage::{Stage, program};
use goroutines::ChanSnapshot;
use goroutines::prelude::*;
use std::io::{self, Write};

/// What has just happened, and the channel after it.
type Frame = (String, ChanSnapshot);

pub(super) fn hchan(stage: &mut Stage) -> io::Result<()> {
    let frames = vec![
        ("chan(3)".to_string(), chan::<i64>(3).snapshot()),
        ("chan(0)".to_string(), chan::<i64>(0).snapshot()),
    ];
    show(stage, &frames)
}

pub(super) fn scenario_1(stage: &mut Stage) -> io::Result<()> {
    let frames = program(Builder::new().procs(1), || {
        let ch = chan::<i64>(3);
        let mut frames = vec![frame("made with room for 3", &ch)];
        for v in [10, 20] {
            ch.send(v);
            frames.push(frame(&format!("G1 has sent {v}"), &ch));
        }
        let got = chan::<i64>(1);
        let (from, to) = (ch.clone(), got.clone());
        go! {
            if let Some(v) = from.recv() {
                to.send(v);
            }
        }
        let v = got.recv().unwrap_or_default();
        frames.push(frame(&format!("G2 has received {v}"), &ch));
        frames
    })?;
    show(stage, &frames)
}

pub(super) fn full_buffer(stage: &mut Stage) -> io::Result<()> {
    let (frames, gone_on) = program(Builder::new().procs(1), || {
        let ch = chan::<i64>(3);
        let went_on = chan::<()>(1);
        let (to, tell) = (ch.clone(), went_on.clone());
        for v in [10, 20, 30] {
            ch.send(v);
        }
        let mut frames = vec![frame("G1 has sent 10, 20 and 30", &ch)];
        go! {
            to.send(40);
            tell.send(());
        }
        // One processor: it runs now, and waits.
        runtime::gosched();
        frames.push(frame("G2 sends 40, and finds no place", &ch));
        let v = ch.recv().unwrap_or_default();
        frames.push(frame(&format!("G1 has received {v}"), &ch));
        let waited = went_on.is_empty();
        went_on.recv();
        (frames, waited)
    })?;
    show(stage, &frames)?;
    writeln!(stage)?;
    if gone_on {
        stage.say("When G1 had its value, 40 was in the buffer already. G2 ran again only after that.")
    } else {
        stage.say("G2 has gone on.")
    }
}

pub(super) fn hand_off(stage: &mut Stage) -> io::Result<()> {
    let (frames, got) = program(Builder::new().procs(1), || {
        let ch = chan::<i64>(3);
        let answers = chan::<i64>(1);
        let (from, to) = (ch.clone(), answers.clone());
        go! {
            if let Some(v) = from.recv() {
                to.send(v);
            }
        }
        // One processor: it runs now, and waits.
        runtime::gosched();
        let mut frames = vec![frame("G2 receives, and finds nothing", &ch)];
        ch.send(50);
        frames.push(frame("G1 has sent 50, and G2 has not run yet", &ch));
        (frames, answers.recv().unwrap_or_default())
    })?;
    show(stage, &frames)?;
    writeln!(stage)?;
    let untouched = frames.iter().all(|(_, s)| s.qcount == 0 && s.sendx == 0);
    stage.say(&format!(
        "Then G2 ran and had {got}. Was the value ever in the buffer? {}",
        if untouched {
            "No: sendx has not moved, and no place was filled."
        } else {
            "Yes."
        }
    ))
}

fn frame(what: &str, ch: &Chan<i64>) -> Frame {
    (what.to_string(), ch.snapshot())
}

fn show(stage: &mut Stage, frames: &[Frame]) -> io::Result<()> {
    for (i, (what, snapshot)) in frames.iter().enumerate() {
        if i > 0 {
            writeln!(stage)?;
        }
        writeln!(stage, "{what}")?;
        stage.channel(snapshot)?;
    }
    Ok(())
}
