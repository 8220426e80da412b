//! A channel at four moments, from its snapshots: places that fill, senders that wait, receivers that wait.

use crate::stage::{Stage, program};
use goroutines::prelude::*;
use goroutines::{ChanSnapshot, Waiting};
use std::io::{self, Write};

pub(super) fn at_the_channel(stage: &mut Stage) -> io::Result<()> {
    let shots = program(Builder::new().procs(1), || {
        let ch = chan::<char>(3);
        let mut shots = vec![("made with room for 3", ch.snapshot())];
        for letter in ['a', 'b', 'c', 'd', 'e'] {
            let ch = ch.clone();
            go! { ch.send(letter); }
            // One processor: it runs now, until it has sent or waits.
            runtime::gosched();
        }
        shots.push(("five goroutines have each sent a letter", ch.snapshot()));
        ch.recv();
        shots.push(("main has received one", ch.snapshot()));
        for _ in 0..4 {
            ch.recv();
        }
        for _ in 0..2 {
            let ch = ch.clone();
            go! { ch.recv(); }
            runtime::gosched();
        }
        shots.push(("main has received all, and two more want one", ch.snapshot()));
        ch.close();
        shots
    })?;
    for (i, (when, shot)) in shots.iter().enumerate() {
        if i > 0 {
            writeln!(stage)?;
        }
        writeln!(stage, "{when}")?;
        belt(stage, shot)?;
    }
    Ok(())
}

/// Senders on the left, the places with the next one to come out on the right, receivers on the right.
fn belt(stage: &mut Stage, s: &ChanSnapshot) -> io::Result<()> {
    let mut places = String::new();
    for i in (0..s.cap).rev() {
        let value = match i < s.qcount {
            true => s.buf[(s.recvx + i) % s.cap].as_deref(),
            false => None,
        };
        places.push_str(&format!("[{:^3}]", value.unwrap_or("")));
    }
    // Who has waited longest stands next to the channel.
    let mut senders: Vec<String> = s.sendq.iter().map(one).collect();
    senders.reverse();
    let receivers: Vec<String> = s.recvq.iter().map(one).collect();
    let line = format!("  {:>18} → {places} → {}", senders.join("  "), receivers.join("  "));
    writeln!(stage, "{}", line.trim_end())
}

fn one(w: &Waiting) -> String {
    match &w.elem {
        Some(v) => format!("G{}: {v}", w.goroutine),
        None => format!("G{}", w.goroutine),
    }
}
