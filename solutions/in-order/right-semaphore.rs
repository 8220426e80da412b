//! A goroutine for each number, a semaphore around the call, a list of places.

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

        let three = chan::<()>(3);
        let places: Vec<_> = (0..6)
            .map(|n| {
                let (book, place, three) = (book.clone(), chan::<&'static str>(1), three.clone());
                let to = place.sender();
                go! {
                    three.send(());
                    let word = book.look_up(n);
                    three.recv();
                    to.send(word);
                }
                place
            })
            .collect();
        for place in &places {
            println!("{}", place.recv().unwrap());
        }
    });
}
