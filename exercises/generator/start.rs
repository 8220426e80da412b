//! A generator
//!
//! The function squares(n) is to return a channel at once, from which its
//! caller can receive 1, 4, 9, and so on up to n times n, and then learn that
//! there are no more. So somebody has to send them while the caller receives.
//! The loops in main are right as they are.
//!
//! It is right when it prints:
//!
//!     1
//!     4
//!     that is all
//!     1
//!     4
//!     9
//!     16
//!     25
//!     that is all
//!
//! What helps: out.sender() and out.receiver() are the two ends of one channel,
//! and close() says that there will be no more.
//!
//! Type: gotour check generator

use goroutines::prelude::*;
use goroutines::println;

fn squares(n: i64) -> RecvChan<i64> {
    let out = chan::<i64>(0);
    // TODO: let somebody send the squares of 1 to n, and say where the end is.
    let _ = n;
    out.receiver()
}

fn main() {
    run(|| {
        for n in [2, 5] {
            for square in &squares(n) {
                println!("{square}");
            }
            println!("that is all");
        }
    });
}
