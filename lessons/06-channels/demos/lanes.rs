//! Six values through channels with 0, 1 and 3 places: a row for the sender and one for the receiver, step by step.

use crate::stage::{self, Stage};
use crate::text;
use goroutines::explore::{self, Schedule, Story};
use goroutines::prelude::*;
use std::io::{self, Write};

const VALUES: i64 = 6;

/// main sends, goroutine 2 receives.
fn through(cap: usize) {
    let ch = chan::<i64>(cap);
    let theirs = ch.clone();
    let wg = WaitGroup::new();
    wg.go(move || {
        for _ in 0..VALUES {
            theirs.recv();
        }
    });
    for i in 1..=VALUES {
        ch.send(i);
    }
    wg.wait();
}

/// The two rows, and how often each of the two had to wait.
struct Rows {
    sender: String,
    receiver: String,
    waited: [usize; 2],
}

pub(super) fn who_waits(stage: &mut Stage) -> io::Result<()> {
    for cap in [0, 1, 3] {
        // Each goes on as long as it can: that is the schedule without a name.
        let story = explore::record_schedule(&Schedule::default(), move || through(cap));
        stage::also(move || through(cap));
        let rows = rows(&story);
        writeln!(stage, "chan({cap})   sender    {}", rows.sender.trim_end())?;
        writeln!(stage, "          receiver  {}", rows.receiver.trim_end())?;
        writeln!(
            stage,
            "          had to wait: sender {}, receiver {}",
            text::count(rows.waited[0], "time"),
            text::count(rows.waited[1], "time")
        )?;
        writeln!(stage)?;
    }
    stage.say(
        "A number: that value is sent, or received.  · waits. Time goes to the right; each of the two goes on for as long \
         as it can.",
    )
}

fn rows(story: &Story) -> Rows {
    let mut rows = [String::new(), String::new()];
    let mut waits = [false; 2];
    let mut waited = [0; 2];
    for m in &story.moments {
        if story.things.get(m.object).is_none_or(|t| t.kind != "chan") {
            continue;
        }
        let who = usize::from(m.who != 1);
        let value = m.outcome.trim_start_matches("→ ").to_string();
        match m.what.as_str() {
            "send" | "recv" if m.parked.is_some() => waited[who] += 1,
            // A sender that goes on has nothing to show: its value was shown when it began.
            "wakes" if who == 0 => {
                waits[who] = false;
                continue;
            }
            "send" | "recv" | "wakes" => waits[who] = false,
            _ => continue,
        }
        let cell = match value.as_str() {
            "" => "·".to_string(),
            v => v.to_string(),
        };
        for (lane, row) in rows.iter_mut().enumerate() {
            let sign = match lane {
                lane if lane == who => cell.as_str(),
                lane if waits[lane] => "·",
                _ => " ",
            };
            row.push_str(&format!("{sign:<2}"));
        }
        waits[who] = m.parked.is_some();
    }
    let [sender, receiver] = rows;
    Rows {
        sender,
        receiver,
        waited,
    }
}
