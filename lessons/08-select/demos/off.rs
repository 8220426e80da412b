//! A loop with select over two channels of which one is closed at once: as it is, and with the closed one set to nil.

use crate::stage::{Stage, program};
use crate::text::thousands;
use goroutines::prelude::*;
use std::io::{self, Write};
use std::time::Duration;

const VALUES: usize = 3;
const BETWEEN: Duration = Duration::from_millis(5);

pub(super) fn switched_off(stage: &mut Stage) -> io::Result<()> {
    let (kept_values, kept) = program(Builder::new().procs(1), || rounds(false))?;
    let (off_values, off) = program(Builder::new().procs(1), || rounds(true))?;
    stage.say(&format!(
        "One channel is closed, the other brings {VALUES} values, one every few ms, and is closed then. How often did the \
         loop go round?"
    ))?;
    writeln!(stage)?;
    let kept = stage.measured(thousands(kept));
    writeln!(stage, "  the closed one stays      {kept} times, for {kept_values} values")?;
    writeln!(stage, "  the closed one is nil     {off} times, for {off_values} values")
}

/// How many values came, and how often the loop went round for them.
fn rounds(switch_off: bool) -> (usize, u64) {
    let (a, b) = (chan::<()>(0), chan::<()>(0));
    let out = b.clone();
    go! {
        for _ in 0..VALUES {
            time::sleep(BETWEEN);
            out.send(());
        }
        out.close();
    }
    a.close();
    let (mut a, b) = (a.receiver(), b.receiver());
    let (mut values, mut rounds) = (0, 0);
    loop {
        rounds += 1;
        select! {
            recv(a) -> v => {
                if v.is_none() && switch_off {
                    a = RecvChan::nil();
                }
                // One processor, and the other one shall have its turn.
                runtime::gosched();
            }
            recv(b) -> v => match v {
                Some(()) => values += 1,
                None => return (values, rounds),
            },
        }
    }
}
