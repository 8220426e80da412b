//! Goroutines that wait at channels, and the reasons that the runtime gives for each when it lists them.

use crate::stage::{Stage, program};
use goroutines::prelude::*;
use std::io::{self, Write};

/// What each of them does, and does not come back from.
const DOES: [(&str, fn()); 4] = [
    ("receives, and nobody sends", || {
        chan::<()>(0).recv();
    }),
    ("sends, and nobody receives", || chan(0).send(())),
    ("receives from nil", || {
        Chan::<()>::nil().recv();
    }),
    ("sends on nil", || Chan::nil().send(())),
];

pub(super) fn reasons(stage: &mut Stage) -> io::Result<()> {
    let dump = program(Builder::new().procs(1), || {
        for (_, does) in DOES {
            go(does);
            // One processor: it runs now, and waits.
            runtime::gosched();
        }
        runtime::stack_dump()
    })?;
    for (i, (what, _)) in DOES.into_iter().enumerate() {
        // main is goroutine 1.
        let start = format!("goroutine {} [", i + 2);
        let said = dump.lines().find(|l| l.starts_with(&start));
        let reason = said.and_then(|l| l.split_once(' ')?.1.split_once(' '));
        let Some((_, reason)) = reason else {
            return Err(io::Error::other(format!("no line `{start}` in the list")));
        };
        writeln!(stage, "  {what:<28}{}", reason.trim_end_matches(':'))?;
    }
    writeln!(stage)?;
    stage.say(
        "The words are Go's. In the list they stand behind `goroutine 2` and so on, and below each the place in your program; \
         so they do in the report of a deadlock.",
    )
}
