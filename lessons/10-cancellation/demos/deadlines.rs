//! A context with a time-out, and children that want more time, less time, or are cancelled: until when each goes, and why
//! it ends.

use crate::stage::{Stage, in_ms, program};
use goroutines::prelude::*;
use std::io;
use time::{Duration, Instant};

const PARENT: Duration = Duration::from_millis(60);
const LONGER: Duration = Duration::from_millis(500);
const SHORTER: Duration = Duration::from_millis(20);

/// What somebody saw who waited for the end of a context: how long it had at first, when it was over, and why.
struct Seen {
    had: Option<Duration>,
    after: Duration,
    why: String,
}

pub(super) fn deadline(stage: &mut Stage) -> io::Result<()> {
    let seen = program(Builder::new(), story)?;
    let names = [
        "parent, time-out 60 ms",
        "child, time-out 500 ms",
        "child, time-out 20 ms",
        "child, cancelled at once",
    ];
    let mut rows = vec![["the context", "had", "was over after", "Err"].map(String::from)];
    for (name, s) in names.into_iter().zip(&seen) {
        rows.push([
            name.to_string(),
            s.had.map_or_else(|| "no limit".to_string(), in_ms),
            stage.measured(format!("{:.1} ms", s.after.as_secs_f64() * 1e3)),
            s.why.clone(),
        ]);
    }
    stage.rows(&rows)
}

fn story() -> Vec<Seen> {
    let start = time::now();
    let at = |d: Duration| start + d;
    let (parent, _cancel) = context::with_deadline(&context::background(), at(PARENT));
    let (longer, _longer) = context::with_deadline(&parent, at(LONGER));
    let (shorter, _shorter) = context::with_deadline(&parent, at(SHORTER));
    let (stopped, stop) = context::with_cancel(&parent);
    let results: Vec<Chan<Seen>> = [&parent, &longer, &shorter, &stopped]
        .into_iter()
        .map(|ctx| {
            let result = chan::<Seen>(1);
            let (tell, ctx) = (result.clone(), ctx.clone());
            go! { tell.send(wait_for(&ctx, start)); }
            result
        })
        .collect();
    stop();
    results.iter().filter_map(Chan::recv).collect()
}

fn wait_for(ctx: &context::Context, start: Instant) -> Seen {
    ctx.done().recv();
    Seen {
        had: ctx.deadline().map(|d| d - start),
        after: time::since(start),
        why: ctx.err().map_or_else(String::new, |e| e.to_string()),
    }
}
