//! A lost update
//!
//! Two goroutines each add 1 to the same counter: they read it, and write back
//! what they read plus 1. Sometimes one of the two additions gets lost.
//! Repair `add_one`, so that both always count. Both goroutines must still be
//! able to run at the same time.
//!
//! It is right when it prints, whoever runs first:
//!
//!     2
//!
//! Type: gotour check lost-update

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

struct Counter {
    n: Shared<i64>,  // a variable: every goroutine may read it and write it
    lock: Mutex<()>, // a lock: one goroutine at a time can hold it
}

fn add_one(counter: &Counter) {
    // TODO: from the read to the write, keep the other goroutine out.
    let seen = counter.n.get();
    counter.n.set(seen + 1);
}

fn main() {
    run(|| {
        let counter = Arc::new(Counter {
            n: Shared::new(0),
            lock: Mutex::new(()),
        });

        let wg = WaitGroup::new();
        for _ in 0..2 {
            let counter = counter.clone(); // another handle to the same counter
            wg.go(move || add_one(&counter)); // a new goroutine
        }
        wg.wait(); // until both have ended

        let _held = counter.lock.lock(); // held until the end of this block
        println!("{}", counter.n.get());
    });
}
