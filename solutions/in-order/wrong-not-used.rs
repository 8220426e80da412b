//! The words are looked up, and main prints its own list.

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

        let results = chan::<&'static str>(6);
        let wg = WaitGroup::new();
        let places = chan::<()>(3);
        for n in 0..6 {
            let (book, to) = (book.clone(), results.sender());
            let places = places.clone();
            wg.go(move || {
                places.send(());
                to.send(book.look_up(n));
                places.recv();
            });
        }
        wg.wait();
        results.close();
        for _word in &results {}
        for word in ["six", "four", "nine", "one", "seven", "two"] {
            println!("{word}");
        }
    });
}
