//! Three in a stage
//!
//! The stage look_up was too slow, so there are three goroutines in it now. Each
//! does what the one did before: it takes numbers while there are some, and
//! closes when there are no more. Since then the program sometimes panics.
//! Repair look_up, and keep the three. Leave read and main as they are.
//!
//! It is right when it prints:
//!
//!     6 results, 210 in all
//!
//! Type: gotour check three-in-a-stage

use goroutines::prelude::*;
use goroutines::println;

fn read() -> RecvChan<i64> {
    let out = chan::<i64>(0);
    let to = out.sender();
    go! {
        for n in 1..=6 {
            to.send(n);
        }
        to.close();
    }
    out.receiver()
}

/// A stage of three goroutines.
fn look_up(numbers: &RecvChan<i64>) -> RecvChan<i64> {
    let out = chan::<i64>(0);
    for _ in 0..3 {
        let (numbers, to) = (numbers.clone(), out.sender());
        go! {
            for n in &numbers {
                to.send(10 * n);
            }
            // TODO: who closes, and when?
            to.close();
        }
    }
    out.receiver()
}

fn main() {
    run(|| {
        let (mut count, mut sum) = (0, 0);
        for n in &look_up(&read()) {
            count += 1;
            sum += n;
        }
        println!("{count} results, {sum} in all");
    });
}
