//! Three workers of which one answer is wanted: such that wait at their send for ever, and such that hear the end as well.

use crate::stage::{Stage, program};
use crate::text::thousands;
use goroutines::prelude::*;
use std::io::{self, Write};
use time::Duration;

/// How long each worker needs.
const NEED: [Duration; 3] = [
    Duration::from_millis(10),
    Duration::from_millis(20),
    Duration::from_millis(30),
];
/// What main does when it has its answer.
const GOES_ON: Duration = Duration::from_millis(40);
/// Requests, one after the other, that are counted.
const REQUESTS: usize = 1_000;

/// The first answer of several workers.
type Ask = fn(&[Duration]) -> Option<usize>;

pub(super) fn never_hears(stage: &mut Stage) -> io::Result<()> {
    let ways: [(&str, Ask); 2] = [
        ("They wait to send, and listen to nothing else.", deaf),
        ("They wait to send, or for the end.", listening),
    ];
    let mut left = Vec::new();
    for (what, ask) in ways {
        let (_, t) = stage.watch(move || {
            let first = ask(&NEED);
            time::sleep(GOES_ON);
            first
        })?;
        stage.say(what)?;
        writeln!(stage)?;
        stage.timeline(&t, &["main", "worker 1", "worker 2", "worker 3"])?;
        writeln!(stage)?;
        left.push(after_many(ask)?);
    }
    stage.say(&format!(
        "Then {} such requests, one after the other, with workers that need no time. Goroutines that are left, main apart:",
        thousands(REQUESTS as u64)
    ))?;
    writeln!(stage)?;
    writeln!(stage, "  they listen to nothing   {}", thousands(left[0]))?;
    writeln!(stage, "  they hear the end        {}", thousands(left[1]))
}

/// Two of three wait at their send for ever.
fn deaf(need: &[Duration]) -> Option<usize> {
    let answers = chan::<usize>(0);
    for (i, needs) in need.iter().copied().enumerate() {
        let out = answers.sender();
        go! {
            time::sleep(needs);
            out.send(i);
        }
    }
    answers.recv()
}

fn listening(need: &[Duration]) -> Option<usize> {
    let (ctx, cancel) = context::with_cancel(&context::background());
    defer! { cancel(); }
    let answers = chan::<usize>(0);
    for (i, needs) in need.iter().copied().enumerate() {
        let (out, done) = (answers.sender(), ctx.done());
        go! {
            time::sleep(needs);
            select! {
                send(out, i) => {},
                recv(done) => {},
            }
        }
    }
    answers.recv()
}

/// How many goroutines there are beside main when all who can end have ended.
fn after_many(ask: Ask) -> io::Result<u64> {
    program(Builder::new().procs(1), move || {
        for _ in 0..REQUESTS {
            ask(&[Duration::ZERO; 3]);
        }
        // One P: whoever can go on does, and ends.
        loop {
            let at = runtime::snapshot();
            let can_run = at.goroutines.iter().any(|g| g.status == "runnable");
            if !can_run {
                return at.goroutines.len() as u64 - 1;
            }
            runtime::gosched();
        }
    })
}
