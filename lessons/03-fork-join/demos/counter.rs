//! A WaitGroup's counter after each step of a schedule, drawn from what the exploring scheduler recorded.

use crate::stage::{self, Stage};
use goroutines::explore::{self, Story};
use goroutines::prelude::*;
use std::io::{self, Write};

const WORKERS: usize = 3;

/// The program of the lesson's page.
fn three_workers() {
    let wg = WaitGroup::new();
    for _ in 0..WORKERS {
        wg.add(1);
        let wg = wg.clone();
        go! { wg.done(); }
    }
    wg.wait();
}

/// A step: of which goroutine (1 is main), what, and the counter after it.
struct Step {
    who: u64,
    what: String,
    counter: i64,
}

pub(super) fn counter_moves(stage: &mut Stage) -> io::Result<()> {
    let seed = stage.fixed().unwrap_or(1);
    stage::also(three_workers);
    let first = steps(&explore::record(seed, three_workers));
    draw(stage, &format!("the schedule of seed {seed}"), &first)?;
    // Another one, in which the counter climbs to another height.
    let other = (seed + 1..seed + 200)
        .map(|seed| (seed, steps(&explore::record(seed, three_workers))))
        .find(|(_, steps)| highest(steps) != highest(&first));
    if let Some((seed, steps)) = other {
        writeln!(stage)?;
        draw(stage, &format!("the schedule of seed {seed}"), &steps)?;
    }
    Ok(())
}

fn highest(steps: &[Step]) -> i64 {
    steps.iter().map(|s| s.counter).max().unwrap_or(0)
}

/// What was done with the group, and what that made of the counter.
fn steps(story: &Story) -> Vec<Step> {
    let mut counter = 0;
    let mut steps = Vec::new();
    for m in &story.moments {
        if story.things.get(m.object).is_none_or(|t| t.kind != "sync.WaitGroup") {
            continue;
        }
        let mut step = |what: String, counter| {
            steps.push(Step {
                who: m.who,
                what,
                counter,
            });
        };
        match m.what.as_str() {
            "add" => {
                counter += m.outcome.parse::<i64>().unwrap_or(0);
                step(format!("add({})", m.outcome), counter);
            }
            "done" => {
                counter -= 1;
                step("done".into(), counter);
            }
            "wait" => {
                step("wait".into(), counter);
                if m.parked.is_none() {
                    step("goes on".into(), counter);
                }
            }
            "wakes" => step("goes on".into(), counter),
            _ => {}
        }
    }
    steps
}

fn draw(stage: &mut Stage, title: &str, steps: &[Step]) -> io::Result<()> {
    const COLUMN: usize = 10;
    writeln!(stage, "{title}")?;
    let mut heading = format!("  {:<COLUMN$}", "main");
    for id in 2..2 + WORKERS {
        heading.push_str(&format!("{:<COLUMN$}", format!("G{id}")));
    }
    writeln!(stage, "{heading}counter")?;
    for s in steps {
        let column = usize::try_from(s.who).unwrap_or(1).clamp(1, WORKERS + 1) - 1;
        let before = " ".repeat(column * COLUMN);
        let after = " ".repeat((WORKERS - column) * COLUMN);
        let bar = "█".repeat(usize::try_from(s.counter).unwrap_or(0));
        let line = format!("  {before}{:<COLUMN$}{after}{:>4}  {bar}", s.what, s.counter);
        writeln!(stage, "{}", line.trim_end())?;
    }
    Ok(())
}
