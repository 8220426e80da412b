//! A thousand goroutines below one context: how many have gone when the call that cancels it returns, and when all have.

use crate::stage::{Stage, program};
use crate::text::thousands;
use goroutines::prelude::*;
use std::io::{self, Write};
use time::Duration;

const LISTENERS: usize = 1_000;

/// What was seen after the call, and when the last one was gone.
struct Seen {
    returned: Duration,
    gone: usize,
    all_gone: Duration,
}

pub(super) fn told_and_gone(stage: &mut Stage) -> io::Result<()> {
    let seen = program(Builder::new().procs(1), story)?;
    let us = |d: Duration| format!("{:.0} µs", d.as_secs_f64() * 1e6);
    let (listeners, gone) = (thousands(LISTENERS as u64), thousands(seen.gone as u64));
    writeln!(stage, "  listeners, each with a context   {listeners}")?;
    writeln!(stage, "  cancel returned after            {}", stage.measured(us(seen.returned)))?;
    writeln!(stage, "  had ended by then                {gone}")?;
    writeln!(stage, "  all had ended after              {}", stage.measured(us(seen.all_gone)))
}

fn story() -> Seen {
    let (parent, cancel) = context::with_cancel(&context::background());
    let wg = WaitGroup::new();
    for _ in 0..LISTENERS {
        let (ctx, _cancel) = context::with_cancel(&parent);
        wg.go(move || {
            ctx.done().recv();
        });
    }
    // One P: they run now, and wait.
    runtime::gosched();
    let before = runtime::num_goroutine();
    let start = time::now();
    cancel();
    let returned = time::since(start);
    let gone = before - runtime::num_goroutine();
    wg.wait();
    Seen {
        returned,
        gone,
        all_gone: time::since(start),
    }
}
