//! A list under a lock, with a place for each word.

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
        let words = Arc::new(Mutex::new(vec![""; 6]));
        let sem = chan::<()>(3);
        let wg = WaitGroup::new();
        for n in 0..6 {
            let (book, words, sem) = (book.clone(), words.clone(), sem.clone());
            wg.go(move || {
                sem.send(());
                let w = book.look_up(n);
                words.lock()[n] = w;
                sem.recv();
            });
        }
        wg.wait();
        for word in words.lock().iter() {
            println!("{word}");
        }
    });
}
