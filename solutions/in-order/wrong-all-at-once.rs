//! A place for each, and no limit.

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

        let places: Vec<_> = (0..6)
            .map(|n| {
                let place = chan::<&'static str>(1);
                let (book, to) = (book.clone(), place.sender());
                go! { to.send(book.look_up(n)); }
                place
            })
            .collect();
        for place in &places {
            println!("{}", place.recv().unwrap());
        }
    });
}
