//! One stage hears the end, the other has room for one.

use context::Context;
use goroutines::prelude::*;
use goroutines::println;

fn numbers(ctx: &Context, wg: &WaitGroup) -> RecvChan<i64> {
    let out = chan::<i64>(0);
    let (ctx, to) = (ctx.clone(), out.sender());
    wg.go(move || {
        let mut n = 1;
        loop {
            select! {
                send(to, n) => n += 1,
                recv(ctx.done()) => break,
            }
        }
        to.close();
    });
    out.receiver()
}

fn squares(ctx: &Context, wg: &WaitGroup, numbers: RecvChan<i64>) -> RecvChan<i64> {
    let out = chan::<i64>(1);
    let (ctx, to) = (ctx.clone(), out.sender());
    wg.go(move || {
        for n in &numbers {
            if ctx.err().is_some() {
                break;
            }
            to.send(n * n);
        }
        to.close();
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
