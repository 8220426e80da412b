//! Closed by the receiver
//!
//! Two clerks each send three amounts to main, then a 0 that says: I am done.
//! main closes the channel as soon as it gets a 0. But the other clerk may
//! still have something to send, and to send on a closed channel is a panic.
//! Let the channel be closed when both are done, and let main's loop end by
//! that. Whether the clerks say anything at their end is up to you.
//!
//! It is right when it prints:
//!
//!     6 amounts, 210 in all
//!
//! Type: gotour check closed-by-the-receiver

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let amounts = chan::<i64>(0);
        for list in [[10, 20, 30], [40, 50, 60]] {
            let out = amounts.clone();
            go! {
                for amount in list {
                    out.send(amount);
                }
                out.send(0);
            }
        }

        let (mut count, mut total) = (0, 0);
        for amount in &amounts {
            // TODO: this is not the one who knows that nothing more will come.
            if amount == 0 {
                amounts.close();
            } else {
                count += 1;
                total += amount;
            }
        }
        println!("{count} amounts, {total} in all");
    });
}
