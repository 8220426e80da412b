//! An `add` in the wrong place
//!
//! Three goroutines each save one page. main waits for them with a WaitGroup,
//! then prints how many pages are saved. Each goroutine tells the group that it
//! is there (`add`) and that it is finished (`done`), and still main sometimes
//! prints too few. Repair it. All three must still be able to run at the same
//! time.
//!
//! It is right when it prints, whoever runs first:
//!
//!     3 pages saved
//!
//! Type: gotour check add-in-the-wrong-place

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        let saved = Arc::new(Mutex::new(0));
        let wg = WaitGroup::new();

        for _page in 1..=3 {
            let (saved, group) = (saved.clone(), wg.clone());
            go(move || {
                // TODO: when main comes to `wait`, what does the counter say?
                group.add(1);
                *saved.lock() += 1;
                group.done();
            });
        }

        wg.wait();
        println!("{} pages saved", *saved.lock());
    });
}
