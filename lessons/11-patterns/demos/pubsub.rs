//! One publishes, two subscribe, and one of them is slow: with sends that wait, and with room and what does not fit dropped.

use super::ms;
use crate::stage::Stage;
use goroutines::prelude::*;
use std::io::{self, Write};
use time::Duration;

/// Messages, how long one takes to come about, and what each subscriber needs for one.
const MESSAGES: u32 = 8;
const EVERY: Duration = ms(5);
const QUICK: Duration = ms(2);
const SLOW: Duration = ms(20);
/// The room of each subscriber, where there is some.
const ROOM: usize = 2;

const NAMES: [&str; 3] = ["publisher", "quick", "slow"];

pub(super) fn pub_sub(stage: &mut Stage) -> io::Result<()> {
    let (_, waits) = stage.watch(|| publish(0, false))?;
    let ([quick, slow], drops) = stage.watch(|| publish(ROOM, true))?;
    let whole = waits.lasted.max(drops.lasted);
    stage.say("The publisher waits until each has taken it.")?;
    writeln!(stage)?;
    stage.timeline_until(&waits, &NAMES, whole)?;
    writeln!(stage)?;
    stage.say(&format!(
        "Each has room for {ROOM}, and what finds no room is dropped."
    ))?;
    writeln!(stage)?;
    stage.timeline_until(&drops, &NAMES, whole)?;
    writeln!(stage)?;
    stage.say(&format!(
        "Of {MESSAGES} messages the quick one had {quick}, the slow one {slow}."
    ))
}

/// How many messages each of the two had.
fn publish(room: usize, drops: bool) -> [u32; 2] {
    let subscribers = [QUICK, SLOW].map(|needs| subscribe(room, needs));
    for n in 0..MESSAGES {
        time::sleep(EVERY);
        for (to, _) in &subscribers {
            if drops {
                // Full: this one does without.
                let _ = to.try_send(n);
            } else {
                to.send(n);
            }
        }
    }
    for (to, _) in &subscribers {
        to.close();
    }
    subscribers.map(|(_, had)| had.recv().unwrap_or_default())
}

fn subscribe(room: usize, needs: Duration) -> (SendChan<u32>, RecvChan<u32>) {
    let (messages, had) = (chan::<u32>(room), chan::<u32>(1));
    let (from, tell) = (messages.receiver(), had.sender());
    go! {
        let mut n = 0;
        for _ in &from {
            time::sleep(needs);
            n += 1;
        }
        tell.send(n);
    }
    (messages.sender(), had.receiver())
}
