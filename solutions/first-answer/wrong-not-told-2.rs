//! It is waited before it is told.

use context::Context;
use goroutines::prelude::*;
use goroutines::println;
use goroutines::sync::atomic::Int64;
use std::sync::Arc;

/// Asks one mirror. 2 answers, 3 when it is over; 1 and 4 are down, and say nothing until then.
fn ask(ctx: &Context, mirror: usize, stopped: &Int64) -> Option<&'static str> {
    if mirror == 2 {
        return ctx.err().is_none().then_some("the page");
    }
    ctx.done().recv();
    if mirror == 3 {
        return Some("too late");
    }
    stopped.add(1);
    None
}

/// The first answer of four mirrors.
fn first(ctx: &Context, stopped: &Arc<Int64>) -> Option<&'static str> {
    let (ctx, cancel) = context::with_cancel(ctx);
    let answers = chan::<Option<&'static str>>(4);
    let wg = WaitGroup::new();
    for mirror in 1..=4 {
        let (ctx, stopped, to) = (ctx.clone(), stopped.clone(), answers.sender());
        wg.go(move || to.send(ask(&ctx, mirror, &stopped)));
    }
    let page = answers.iter().flatten().next();
    wg.wait();
    cancel();
    page
}

fn main() {
    run(|| {
        let stopped = Arc::new(Int64::new(0));
        let page = first(&context::background(), &stopped);
        println!("{}", page.unwrap_or("nothing"));
        println!("stopped: {}", stopped.load());
    });
}
