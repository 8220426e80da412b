//! The first is looked up, and the others are written down.

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

        println!("{}", book.look_up(0));
        for word in ["four", "nine", "one", "seven", "two"] {
            println!("{word}");
        }
    });
}
