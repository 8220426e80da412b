//! Each waits for the one before, with its own call.

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

        let mut before = chan::<()>(1);
        before.send(());
        for n in 0..6 {
            let next = chan::<()>(1);
            let (book, turn, tell) = (book.clone(), before, next.clone());
            before = next;
            go! {
                turn.recv();
                println!("{}", book.look_up(n));
                tell.send(());
            }
        }
        before.recv();
    });
}
