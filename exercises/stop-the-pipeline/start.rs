//! Stop the pipeline
//!
//! Two stages: numbers sends 1, 2, 3 and so on without end, and squares sends
//! the square of each. main takes squares until one is over 50. Then it cancels
//! the context, and waits until both stages have ended. Each stage looks at the
//! context before it sends. That is not enough: the end may come while it waits
//! for somebody to take its value. Leave main as it is.
//!
//! It is right when it prints, and both stages end:
//!
//!     64 is the first over 50
//!     both stages have ended
//!
//! Type: gotour check stop-the-pipeline

use context::Context;
use goroutines::prelude::*;
use goroutines::println;

fn numbers(ctx: &Context, wg: &WaitGroup) -> RecvChan<i64> {
    let out = chan::<i64>(0);
    let (ctx, to) = (ctx.clone(), out.sender());
    wg.go(move || {
        // TODO: hear the end also while waiting; here, and in squares.
        let mut n = 1;
        while ctx.err().is_none() {
            to.send(n);
            n += 1;
        }
        to.close();
    });
    out.receiver()
}

fn squares(ctx: &Context, wg: &WaitGroup, numbers: RecvChan<i64>) -> RecvChan<i64> {
    let out = chan::<i64>(0);
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
