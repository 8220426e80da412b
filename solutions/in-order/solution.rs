//! A pool of three, and a place for each result.

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

        let places: Arc<Vec<_>> = Arc::new((0..6).map(|_| chan::<&'static str>(1)).collect());
        let numbers = chan::<usize>(0);
        for _ in 0..3 {
            let (book, numbers, places) = (book.clone(), numbers.receiver(), places.clone());
            go! {
                for n in &numbers {
                    places[n].send(book.look_up(n));
                }
            }
        }
        let to = numbers.sender();
        go! {
            for n in 0..6 {
                to.send(n);
            }
            to.close();
        }
        for place in places.iter() {
            println!("{}", place.recv().unwrap());
        }
    });
}
