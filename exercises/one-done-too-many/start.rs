//! One `done` too many
//!
//! Three goroutines each fetch one page, and there is no page 2. Each goroutine
//! calls `done` when it is finished; one of them calls it once more. When the
//! counter of a WaitGroup falls below 0, that is a panic; and one `done` too many
//! can also let main go on too early. Repair it: one `add`, one `done`.
//!
//! It is right when it always prints these three lines, in any order:
//!
//!     page 1: fetched
//!     page 2: not found
//!     page 3: fetched
//!
//! Type: gotour check one-done-too-many

use goroutines::prelude::*;
use goroutines::println;

fn fetch(page: i32, wg: &WaitGroup) {
    defer! { wg.done(); }

    // TODO: which goroutine calls `done` twice?
    if page == 2 {
        println!("page {page}: not found");
        wg.done();
        return;
    }
    println!("page {page}: fetched");
}

fn main() {
    run(|| {
        let wg = WaitGroup::new();

        for page in 1..=3 {
            wg.add(1);
            let group = wg.clone();
            go(move || fetch(page, &group));
        }

        wg.wait();
    });
}
