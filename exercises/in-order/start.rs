//! In order
//!
//! Six words are to be looked up, and each look-up is a blocking call. It is done
//! side by side here, and the words come as they are found, and all six calls are
//! made at once. The one who is asked takes at most three at a time. Print the
//! words in the order of their numbers, with at most three calls under way, and
//! more than one. Leave Book as it is.
//!
//! It is right when it prints:
//!
//!     six
//!     four
//!     nine
//!     one
//!     seven
//!     two
//!
//! Type: gotour check in-order

use goroutines::prelude::*;
use goroutines::println;
use goroutines::sync::atomic::Int64;
use std::sync::Arc;

struct Book {
    calls: Int64,
}

impl Book {
    /// A blocking call. At most three may be under way at one time.
    fn look_up(&self, n: usize) -> &'static str {
        let words = ["six", "four", "nine", "one", "seven", "two"];
        runtime::syscall(|| {
            if self.calls.add(1) > 3 {
                println!("too many calls");
            }
            self.calls.add(-1);
            words[n]
        })
    }
}

fn main() {
    run(|| {
        let book = Arc::new(Book {
            calls: Int64::new(0),
        });

        // TODO: look up three at a time, and print in the order of the numbers.
        let results = chan::<&'static str>(6);
        let wg = WaitGroup::new();
        for n in 0..6 {
            let (book, to) = (book.clone(), results.sender());
            wg.go(move || to.send(book.look_up(n)));
        }
        wg.wait();
        results.close();
        for word in &results {
            println!("{word}");
        }
    });
}
