//! A look and a step after it: how seldom a plain run shows the mistake, and its failing schedule, run again and again.

use super::lines::draw;
use crate::stage::{self, Stage, program};
use crate::text::thousands;
use goroutines::explore::{self, Options};
use goroutines::prelude::*;
use std::io;

/// Plain runs, and replays.
const RUNS: usize = 5_000;
const REPLAYS: usize = 1_000;

/// Two guests want the last table: each looks, then takes.
fn last_table() {
    let taken = two_guests();
    assert!(taken == 1, "{taken} guests at the last table");
}

/// How many have taken a table, of which there is one.
fn two_guests() -> i64 {
    let (free, taken) = (Shared::new(1), Shared::new(0));
    let wg = WaitGroup::new();
    for _ in 0..2 {
        let (free, taken) = (free.clone(), taken.clone());
        wg.go(move || {
            if free.get() > 0 {
                free.set(free.get() - 1);
                taken.set(taken.get() + 1);
            }
        });
    }
    wg.wait();
    taken.get()
}

pub(super) fn again(stage: &mut Stage) -> io::Result<()> {
    let (runs, replays) = match stage.fixed() {
        Some(_) => (10, 20),
        None => (RUNS, REPLAYS),
    };
    let wrong = program(Builder::new(), move || (0..runs).filter(|_| two_guests() != 1).count())?;
    let opts = Options::new()
        .seed(stage.fixed().unwrap_or(1))
        .races(false);
    let report = stage::check(&opts, last_table);
    let Some(failure) = report.failure else {
        return Err(io::Error::other("no schedule gave the table away twice"));
    };
    let schedule = failure.schedule.clone();
    draw(stage, failure)?;
    let again = (0..replays)
        .filter(|_| explore::replay(&schedule, last_table).failure.is_some())
        .count();
    let rows = [
        ["", "how often", "wrong"].map(String::from),
        [
            "plain runs".to_string(),
            thousands(RUNS as u64),
            stage.measured(thousands(wrong as u64)),
        ],
        [
            "other schedules".to_string(),
            thousands(report.ran as u64),
            thousands(report.failed as u64),
        ],
        [
            format!("this one, {schedule}"),
            thousands(REPLAYS as u64),
            stage.measured(thousands(again as u64)),
        ],
    ];
    stage.rows(&rows)
}
