//! A copy of one's own
//!
//! Three runners, each a goroutine. Runner number `id` runs `id` laps and counts
//! them, starting from 0. But all three count in the same variable: `clone` of a
//! `Shared` is not a copy, it is another handle to the same variable.
//! Repair it, so that each runner counts its own laps. All three must still be
//! able to run at the same time.
//!
//! It is right when it always prints these three lines, in any order:
//!
//!     runner 1 counted 1
//!     runner 2 counted 2
//!     runner 3 counted 3
//!
//! Type: gotour check own-copy

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();

        // TODO: each runner needs a counter of its own.
        let laps = Shared::new(0);
        for id in 1..=3 {
            let laps = laps.clone();
            wg.go(move || {
                for _ in 0..id {
                    laps.set(laps.get() + 1);
                }
                println!("runner {id} counted {}", laps.get());
            });
        }

        wg.wait();
    });
}
