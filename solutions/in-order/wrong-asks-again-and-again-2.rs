//! Each looks again and again whether it is its turn, and does not give way.

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

        let (three, next) = (chan::<()>(3), Arc::new(Int64::new(0)));
        let wg = WaitGroup::new();
        for n in 0..6 {
            let (book, three, next) = (book.clone(), three.clone(), next.clone());
            wg.go(move || {
                three.send(());
                let word = book.look_up(n);
                three.recv();
                while next.load() != n as i64 {}
                println!("{word}");
                next.add(1);
            });
        }
        wg.wait();
    });
}
