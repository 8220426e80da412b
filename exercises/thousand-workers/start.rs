//! A thousand workers
//!
//! Start a thousand goroutines. Worker number `id`, for every id from 1 to 1000,
//! calls `work(id)` once and hands over its one result. main collects all the
//! results, then prints how many came and their sum. Here main does the work
//! of one worker, and nobody does the rest.
//!
//! All workers are started before main waits for a result, so that a thousand of
//! them can be at work at the same time.
//!
//! It is right when it prints:
//!
//!     1000 results, sum 333833500
//!
//! Type: gotour check thousand-workers

use goroutines::prelude::*;
use goroutines::println;

fn work(id: i64) -> i64 {
    id * id
}

fn main() {
    run(|| {
        // TODO: let a thousand goroutines do this, and collect what they hand over.
        let results = vec![work(1)];

        println!(
            "{} results, sum {}",
            results.len(),
            results.iter().sum::<i64>()
        );
    });
}
