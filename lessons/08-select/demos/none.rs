//! Selects of which no case is ready: with a default, without, and without any case.

use crate::stage::{Stage, failing};
use goroutines::prelude::*;
use std::io::{self, Write};

/// A program with a select; which case was taken.
type Program = fn() -> &'static str;

pub(super) fn none_ready(stage: &mut Stage) -> io::Result<()> {
    let programs: [(&str, Program); 3] = [
        ("a default", || {
            let (a, b) = (chan::<()>(0), chan::<()>(0));
            select! {
                recv(a) => "received from a",
                recv(b) => "received from b",
                default => "took the default",
            }
        }),
        ("no default", || {
            let (a, b) = (chan::<()>(0), chan::<()>(0));
            select! {
                recv(a) => "received from a",
                recv(b) => "received from b",
            }
        }),
        ("no case at all", || select! {}),
    ];
    for (what, program) in programs {
        writeln!(stage, "{what}")?;
        match failing(Builder::new().procs(1), program) {
            Ok(taken) => writeln!(stage, "    {taken}, and went on")?,
            Err(crash) => {
                let text = crash.to_string();
                let said = text
                    .lines()
                    .filter(|l| l.starts_with("fatal error") || l.starts_with("goroutine 1 "));
                for line in said {
                    writeln!(stage, "    {line}")?;
                }
            }
        }
    }
    writeln!(stage)?;
    stage.say("Nobody else was there. With others in the program, the second one would wait for them.")
}
