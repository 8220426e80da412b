//! A select with a time-out, against a worker that answers at once, one that is slow, and one that never answers.

use crate::stage::{Stage, program};
use goroutines::prelude::*;
use std::io;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_millis(50);

pub(super) fn patience(stage: &mut Stage) -> io::Result<()> {
    let workers = [
        ("answers after 5 ms", Some(Duration::from_millis(5))),
        ("answers after 500 ms", Some(Duration::from_millis(500))),
        ("never answers", None),
    ];
    let mut rows = vec![["the worker", "main went on after", "because of"].map(String::from)];
    for (what, takes) in workers {
        let (why, after) = program(Builder::new(), move || ask(takes))?;
        let ms = format!("{:.1} ms", after.as_secs_f64() * 1e3);
        // Which of the two came first is a matter of time, on a busy machine even for the quick one.
        rows.push([what.to_string(), stage.measured(ms), stage.measured(why)]);
    }
    let rows: Vec<Vec<&str>> = rows
        .iter()
        .map(|row| row.iter().map(String::as_str).collect())
        .collect();
    let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
    stage.table(&rows)
}

fn ask(takes: Option<Duration>) -> (&'static str, Duration) {
    // With room for one: a worker that comes too late need not wait for anybody.
    let answers = chan::<()>(1);
    let out = answers.clone();
    go! {
        match takes {
            Some(takes) => time::sleep(takes),
            None => select! {},
        }
        out.send(());
    }
    let start = Instant::now();
    let why = select! {
        recv(answers) => "the answer",
        recv(time::after(PATIENCE)) => "the time-out",
    };
    (why, start.elapsed())
}
