//! One that makes in fits and starts, one that takes at its own pace: when each of them works, without room and with some.

use crate::stage::Stage;
use goroutines::prelude::*;
use std::io::{self, Write};
use time::Duration;

/// How long the sender needs for three values, and the receiver for one.
const MAKES: Duration = Duration::from_millis(18);
const TAKES: Duration = Duration::from_millis(6);
const BURSTS: usize = 3;

pub(super) fn fits_and_starts(stage: &mut Stage) -> io::Result<()> {
    for (cap, what) in [(0, "chan(0): no room"), (3, "chan(3): room for three")] {
        let (_, t) = stage.watch(move || {
            let ch = chan(cap);
            let out = ch.sender();
            go! {
                for burst in 0..BURSTS {
                    time::sleep(MAKES);
                    for i in 0..3 {
                        out.send(3 * burst + i);
                    }
                }
                out.close();
            }
            while ch.recv().is_some() {
                time::sleep(TAKES);
            }
        })?;
        stage.say(what)?;
        writeln!(stage)?;
        stage.timeline(&t, &["receiver", "sender"])?;
        if cap == 0 {
            writeln!(stage)?;
        }
    }
    Ok(())
}
