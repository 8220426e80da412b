//! Four parts of one task, of which the second fails: with a WaitGroup, and with a group that tells the others.

use super::ms;
use crate::stage::{Stage, in_ms};
use goroutines::errgroup::Group;
use goroutines::prelude::*;
use std::io::{self, Write};
use time::Duration;

/// How long a part lasts, and how long the one that fails.
const PART: u64 = 50;
const FAILS: u64 = 15;

const NAMES: [&str; 5] = ["main", "part 1", "part 2", "part 3", "part 4"];

pub(super) fn error_group(stage: &mut Stage) -> io::Result<()> {
    let ((), alone) = stage.watch(with_a_wait_group)?;
    let (says, t) = stage.watch(with_an_error_group)?;
    let whole = alone.lasted.max(t.lasted);
    stage.say("A WaitGroup: nobody tells the others.")?;
    writeln!(stage)?;
    stage.timeline_until(&alone, &NAMES, whole)?;
    writeln!(stage)?;
    stage.say("An error group, whose context they listen to while they work.")?;
    writeln!(stage)?;
    stage.timeline_until(&t, &NAMES, whole)?;
    writeln!(stage)?;
    stage.say(&format!(
        "Part 2 failed after {}. wait() returned after {}, and said: {says}.",
        in_ms(Duration::from_millis(FAILS)),
        in_ms(t.lasted)
    ))
}

fn with_a_wait_group() {
    let wg = WaitGroup::new();
    for part in 1..=4 {
        wg.go(move || time::sleep(ms(if part == 2 { FAILS } else { PART })));
    }
    wg.wait();
}

fn with_an_error_group() -> String {
    let (group, ctx) = Group::with_context(&context::background());
    for part in 1..=4 {
        let done = ctx.done();
        group.go(move || {
            if part == 2 {
                time::sleep(ms(FAILS));
                return Err("part 2 has no paper".into());
            }
            select! {
                recv(time::after(ms(PART))) => Ok(()),
                recv(done) => Err(context::Error::Canceled.into()),
            }
        });
    }
    let ended = group.wait();
    ended.map_or_else(|e| e.to_string(), |()| "nothing".to_string())
}
