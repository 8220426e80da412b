//! Nine jobs of different length and three workers: dealt out beforehand, and taken from one channel.

use super::ms;
use crate::stage::{Stage, in_ms};
use goroutines::prelude::*;
use std::io::{self, Write};

/// How long each job lasts, in milliseconds.
const JOBS: [u64; 9] = [30, 5, 5, 30, 5, 5, 30, 5, 5];
const WORKERS: usize = 3;

pub(super) fn worker_pool(stage: &mut Stage) -> io::Result<()> {
    let ways: [(&str, fn()); 2] = [
        ("Dealt out beforehand, to each every third job.", dealt_out),
        ("Who is free takes the next one.", pool),
    ];
    let mut seen = Vec::new();
    for (what, program) in ways {
        let ((), t) = stage.watch(program)?;
        seen.push((what, t));
    }
    let whole = seen.iter().map(|(_, t)| t.lasted).max().unwrap_or_default();
    for (what, t) in &seen {
        stage.say(what)?;
        writeln!(stage)?;
        stage.timeline_until(t, &["main", "worker 1", "worker 2", "worker 3"], whole)?;
        writeln!(stage)?;
    }
    let lasted: Vec<String> = seen.iter().map(|(_, t)| in_ms(t.lasted)).collect();
    stage.say(&format!("The same jobs: {}, and {}.", lasted[0], lasted[1]))
}

fn dealt_out() {
    let wg = WaitGroup::new();
    for worker in 0..WORKERS {
        wg.go(move || {
            for job in JOBS.iter().skip(worker).step_by(WORKERS) {
                time::sleep(ms(*job));
            }
        });
    }
    wg.wait();
}

fn pool() {
    let jobs = chan::<u64>(0);
    let wg = WaitGroup::new();
    for _ in 0..WORKERS {
        let jobs = jobs.receiver();
        wg.go(move || {
            for job in &jobs {
                time::sleep(ms(job));
            }
        });
    }
    for job in JOBS {
        jobs.send(job);
    }
    jobs.close();
    wg.wait();
}
