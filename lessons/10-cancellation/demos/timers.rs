//! Timers that are stopped or set anew before and after their time, and a ticker that nobody looks at for a while.

use crate::stage::Stage;
use goroutines::prelude::*;
use std::io::{self, Write};
use time::{Duration, Ticker, Timer};

/// The time of each timer, and of each tick.
const TIME: Duration = Duration::from_millis(10);
/// Long enough for its time to have come.
const AFTER: Duration = Duration::from_millis(15);
/// How long nobody looks at the ticker: five ticks and a half.
const AWAY: Duration = Duration::from_millis(55);

/// What was done, what the call said, and what is received afterwards.
type Row = [String; 3];

pub(super) fn timers(stage: &mut Stage) -> io::Result<()> {
    let ((rows, ticks), _) = stage.watch(|| (rows(), ticks_at_once()))?;
    let mut table = vec![["a timer of 10 ms", "it said", "received at once"].map(String::from)];
    table.extend(rows);
    stage.rows(&table)?;
    writeln!(stage)?;
    stage.say(&format!(
        "A ticker of 10 ms, and nobody looked for 55 ms. Ticks that were received at once then: {ticks}."
    ))
}

fn rows() -> Vec<Row> {
    let row = |what: &str, said: bool, t: &Timer| {
        [what.to_string(), said.to_string(), received(t).to_string()]
    };
    let in_time = Timer::new(TIME);
    let mut rows = vec![row("stop, before its time", in_time.stop(), &in_time)];
    let late = Timer::new(TIME);
    time::sleep(AFTER);
    rows.push(row("its time comes; stop", late.stop(), &late));
    let taken = Timer::new(TIME);
    taken.c.recv();
    rows.push(row("received; stop", taken.stop(), &taken));
    let anew = Timer::new(TIME);
    time::sleep(AFTER);
    rows.push(row("its time comes; reset", anew.reset(TIME), &anew));
    rows
}

/// What lies there now.
fn received(t: &Timer) -> &'static str {
    match t.c.try_recv() {
        Ok(_) => "a tick",
        Err(_) => "nothing",
    }
}

fn ticks_at_once() -> usize {
    let ticker = Ticker::new(TIME);
    time::sleep(AWAY);
    let ticks = (0..).take_while(|_| ticker.c.try_recv().is_ok()).count();
    ticker.stop();
    ticks
}
