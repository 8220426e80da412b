//! How long a turn is: two loops that call nothing of the runtime, and three goroutines that give way more and less often.

use crate::stage::{Stage, program};
use goroutines::prelude::*;
use std::hint::black_box;
use std::io::{self, Write};
use std::sync::{Arc, Mutex as StdMutex};
use std::time::{Duration, Instant};

/// How long each works: some time slices.
const WORK: Duration = Duration::from_millis(45);
/// Who looks at the clock and sees more than this gone did not run in between.
const GAP: Duration = Duration::from_millis(1);

/// From when to when one of them ran without a break, in milliseconds.
struct Stretch {
    who: usize,
    from: f64,
    to: f64,
}

pub(super) fn no_calls(stage: &mut Stage) -> io::Result<()> {
    let mut stretches = two_loops()?;
    stretches.sort_by(|a, b| a.from.total_cmp(&b.from));
    if stage.fixed().is_some() {
        for name in ["A", "B"] {
            writeln!(stage, "  {name}  {}", stage.measured(""))?;
        }
        writeln!(stage)?;
        return stage.say(
            "No fixed schedule can show a loop without calls: when it is stopped is a matter of time. Without --seed you \
             see when each of them ran.",
        );
    }
    let turns = turns(&stretches);
    let whole = stretches.iter().map(|s| s.to).fold(f64::MIN_POSITIVE, f64::max);
    let columns = stage.width().saturating_sub(6).clamp(8, 64);
    let at = |t: f64| ((t / whole * columns as f64).round() as usize).min(columns);
    for (who, name) in ["A", "B"].into_iter().enumerate() {
        let mut row = vec!['·'; columns];
        for t in turns.iter().filter(|t| t.who == who) {
            row[at(t.from)..at(t.to)].fill('▒');
        }
        for s in stretches.iter().filter(|s| s.who == who) {
            row[at(s.from)..at(s.to)].fill('█');
        }
        let row: String = row.into_iter().collect();
        writeln!(stage, "  {name}  {row}")?;
    }
    writeln!(stage, "     0 ms{:>1$}", format!("{whole:.0} ms"), columns - 4)?;
    writeln!(stage)?;
    // Their last turns were ended by their own end.
    let cut: Vec<f64> = turns.iter().take(turns.len().saturating_sub(2)).map(|t| t.ran).collect();
    let longest = cut.iter().copied().fold(0.0, f64::max);
    stage.say("█ runs   ▒ has the P, and the OS gives its CPU to other programs   · waits")?;
    writeln!(stage)?;
    stage.say(&format!(
        "They changed places {} times, and neither had \
         asked for it. The longest turn that was cut short: {longest:.1} ms of running.",
        turns.len().saturating_sub(1)
    ))
}

/// What one of them did before the other came: from when to when, and how much of it it ran.
struct Turn {
    who: usize,
    from: f64,
    to: f64,
    ran: f64,
}

fn turns(stretches: &[Stretch]) -> Vec<Turn> {
    let mut turns: Vec<Turn> = Vec::new();
    for s in stretches {
        match turns.last_mut().filter(|t| t.who == s.who) {
            Some(turn) => {
                turn.to = s.to;
                turn.ran += s.to - s.from;
            }
            None => turns.push(Turn {
                who: s.who,
                from: s.from,
                to: s.to,
                ran: s.to - s.from,
            }),
        }
    }
    turns
}

fn two_loops() -> io::Result<Vec<Stretch>> {
    program(Builder::new().procs(1), || {
        let all = Arc::new(StdMutex::new(Vec::new()));
        let wg = WaitGroup::new();
        let start = Instant::now();
        for who in 0..2 {
            let all = all.clone();
            wg.go(move || {
                let seen = watch(start);
                all.lock().unwrap().extend(seen.into_iter().map(|(from, to)| Stretch {
                    who,
                    from: from.as_secs_f64() * 1e3,
                    to: to.as_secs_f64() * 1e3,
                }));
            });
        }
        wg.wait();
        std::mem::take(&mut *all.lock().unwrap())
    })
}

/// Works, and notes from when to when it ran. Nothing in here is a call into the runtime.
fn watch(start: Instant) -> Vec<(Duration, Duration)> {
    let mut seen = Vec::with_capacity(64);
    let mut ran = Duration::ZERO;
    let mut from = start.elapsed();
    let mut last = from;
    while ran < WORK {
        step();
        let now = start.elapsed();
        if now - last > GAP {
            seen.push((from, last));
            from = now;
        } else {
            ran += now - last;
        }
        last = now;
    }
    seen.push((from, last));
    seen
}

/// How long the three share the P.
const SHARED: Duration = Duration::from_millis(150);

/// Steps that each of the three does in a turn, or without end.
const IN_A_TURN: [(&str, Option<Duration>); 3] = [
    ("A, after 0.1 ms", Some(Duration::from_micros(100))),
    ("B, after 1 ms", Some(Duration::from_millis(1))),
    ("C, never", None),
];

pub(super) fn shares(stage: &mut Stage) -> io::Result<()> {
    // A fixed stage shows no figure, so a moment is enough.
    let time = if stage.fixed().is_some() { SHARED / 10 } else { SHARED };
    let steps = program(Builder::new().procs(1), move || {
        let all = Arc::new(StdMutex::new([0_u64; 3]));
        let wg = WaitGroup::new();
        let start = Instant::now();
        for (who, (_, turn)) in IN_A_TURN.into_iter().enumerate() {
            let all = all.clone();
            wg.go(move || {
                let steps = take_turns(start, time, turn);
                all.lock().unwrap()[who] = steps;
            });
        }
        wg.wait();
        let all = all.lock().unwrap();
        *all
    })?;
    let bars: Vec<(&str, f64)> = IN_A_TURN
        .iter()
        .zip(steps)
        .map(|((name, _), steps)| (*name, steps as f64))
        .collect();
    stage.bars(&bars, "steps")
}

/// Steps until the time is over, giving way after each `turn`. The number of steps done.
fn take_turns(start: Instant, time: Duration, turn: Option<Duration>) -> u64 {
    let mut steps = 0;
    let mut began = start.elapsed();
    loop {
        step();
        steps += 1;
        let now = start.elapsed();
        if now > time {
            return steps;
        }
        if turn.is_some_and(|turn| now - began > turn) {
            runtime::gosched();
            began = start.elapsed();
        }
    }
}

/// A microsecond of work, more or less.
fn step() {
    let mut x = 1_u64;
    for _ in 0..1_000 {
        x = black_box(x.rotate_left(5) ^ 0x9e37_79b9);
    }
    black_box(x);
}
