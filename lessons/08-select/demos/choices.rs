//! Two channels that are always ready, and which of the two a select takes: counted.

use crate::stage::{Stage, program};
use crate::text::thousands;
use goroutines::prelude::*;
use std::io::{self, Write};

const TIMES: usize = 10_000;

pub(super) fn two_ready(stage: &mut Stage) -> io::Result<()> {
    let (a, b, longest) = program(Builder::new().procs(1), || {
        let (first, second) = (chan(1), chan(1));
        first.send(());
        second.send(());
        let mut taken = [0_usize; 2];
        let (mut last, mut row, mut longest) = (2, 0, 0);
        for _ in 0..TIMES {
            let which = select! {
                recv(first) => {
                    first.send(());
                    0
                }
                recv(second) => {
                    second.send(());
                    1
                }
            };
            taken[which] += 1;
            row = if which == last { row + 1 } else { 1 };
            longest = longest.max(row);
            last = which;
        }
        (taken[0], taken[1], longest)
    })?;
    stage.say(&format!(
        "{} selects with the cases recv(first) and recv(second), in this order in the source. Taken:",
        thousands(TIMES as u64)
    ))?;
    writeln!(stage)?;
    stage.bars(&[("first", a as f64), ("second", b as f64)], "times")?;
    writeln!(stage)?;
    let longest = stage.measured(longest);
    stage.say(&format!("The same one was taken at most {longest} times in a row."))
}
