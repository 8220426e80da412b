//! A channel of answers that are on their way; its room is the limit.

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

        // A channel of channels: as many answers as are on their way.
        let coming = chan::<RecvChan<&'static str>>(1);
        let (asker, to) = (book.clone(), coming.sender());
        go! {
            for n in 0..6 {
                let answer = chan(1);
                to.send(answer.receiver());
                let book = asker.clone();
                go! { answer.send(book.look_up(n)); }
            }
            to.close();
        }
        for answer in &coming {
            println!("{}", answer.recv().unwrap());
        }
    });
}
