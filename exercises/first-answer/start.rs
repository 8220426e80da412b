//! The first answer
//!
//! Four mirrors have the same page. Two of them are down: who asks them waits
//! until the context is over. One is slow: it answers when the context is over.
//! Write first: it asks all four at the same time and takes the first answer. Then
//! it stops those who still wait, and returns when all four have ended, not
//! earlier. Leave ask and main as they are.
//!
//! It is right when it prints:
//!
//!     the page
//!     stopped: 2
//!
//! What helps: context::with_cancel(ctx) gives a child, and a function that
//! cancels it.
//!
//! Type: gotour check first-answer

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
    // TODO: ask all four at once; stop those who are late, and wait for them.
    for mirror in 1..=4 {
        if let Some(page) = ask(ctx, mirror, stopped) {
            return Some(page);
        }
    }
    None
}

fn main() {
    run(|| {
        let stopped = Arc::new(Int64::new(0));
        let page = first(&context::background(), &stopped);
        println!("{}", page.unwrap_or("nothing"));
        println!("stopped: {}", stopped.load());
    });
}
