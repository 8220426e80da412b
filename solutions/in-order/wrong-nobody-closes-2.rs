//! main hands out all numbers before it takes a result, and there is no room.

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

        let (numbers, results) = (chan::<usize>(0), chan::<(usize, &'static str)>(0));
        for _ in 0..3 {
            let (book, numbers, to) = (book.clone(), numbers.receiver(), results.sender());
            go! {
                for n in &numbers {
                    to.send((n, book.look_up(n)));
                }
            }
        }
        for n in 0..6 {
            numbers.send(n);
        }
        numbers.close();
        let mut all: Vec<_> = results.iter().take(6).collect();
        all.sort();
        for (_, word) in all {
            println!("{word}");
        }
    });
}
