//! A function that sends, or says that it is over.

use context::Context;
use goroutines::prelude::*;
use goroutines::println;

/// Whether somebody took it; else it is over.
fn send(ctx: &Context, to: &SendChan<i64>, v: i64) -> bool {
    select! {
        send(to, v) => true,
        recv(ctx.done()) => false,
    }
}

fn numbers(ctx: &Context, wg: &WaitGroup) -> RecvChan<i64> {
    let out = chan::<i64>(0);
    let (ctx, to) = (ctx.clone(), out.sender());
    wg.go(move || {
        defer! { to.close(); }
        for n in 1.. {
            if !send(&ctx, &to, n) {
                return;
            }
        }
    });
    out.receiver()
}

fn squares(ctx: &Context, wg: &WaitGroup, numbers: RecvChan<i64>) -> RecvChan<i64> {
    let out = chan::<i64>(0);
    let (ctx, to) = (ctx.clone(), out.sender());
    wg.go(move || {
        defer! { to.close(); }
        for n in &numbers {
            if !send(&ctx, &to, n * n) {
                return;
            }
        }
    });
    out.receiver()
}

fn main() {
    run(|| {
        let (ctx, cancel) = context::with_cancel(&context::background());
        let wg = WaitGroup::new();
        let numbers = numbers(&ctx, &wg);
        let squares = squares(&ctx, &wg, numbers);

        for square in &squares {
            if square > 50 {
                println!("{square} is the first over 50");
                break;
            }
        }
        cancel();
        wg.wait();
        println!("both stages have ended");
    });
}
