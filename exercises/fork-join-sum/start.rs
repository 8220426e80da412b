//! Fork, join, sum
//!
//! Add up the numbers from 1 to 1002 with four goroutines: cut the vector into
//! four slices, fork a worker for each, let each add up its own slice, join
//! them, and print the sum of the four. All four are started before main waits.
//! 1002 is not a multiple of 4: take care of the last numbers.
//!
//! It is right when it prints:
//!
//!     the sum of 1002 numbers is 502503
//!
//! Two things that help:
//!     let mine = numbers.clone();   another handle to the same vector, not a copy
//!     &mine[0..250]                 the slice with the elements 0 to 249
//!
//! Type: gotour check fork-join-sum

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        let numbers: Arc<Vec<i64>> = Arc::new((1..=1002).collect());

        // TODO: fork four workers over `numbers`, join them, add up what they found.
        let total: i64 = numbers[0..250].iter().sum();

        println!("the sum of {} numbers is {total}", numbers.len());
    });
}
