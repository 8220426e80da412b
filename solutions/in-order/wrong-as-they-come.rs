//! A pool of three, and what comes is printed.

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

        let (numbers, results) = (chan::<usize>(6), chan::<&'static str>(0));
        for n in 0..6 {
            numbers.send(n);
        }
        numbers.close();
        for _ in 0..3 {
            let (book, numbers, to) = (book.clone(), numbers.receiver(), results.sender());
            go! {
                for n in &numbers {
                    to.send(book.look_up(n));
                }
            }
        }
        for _ in 0..6 {
            println!("{}", results.recv().unwrap());
        }
    });
}
