//! A queue of places; a place is given back when its call is done.

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

        let (queue, three) = (chan::<RecvChan<&'static str>>(3), chan::<()>(3));
        let to = queue.sender();
        go! {
            for n in 0..6 {
                let place = chan::<&'static str>(1);
                to.send(place.receiver());
                three.send(());
                let (book, three) = (book.clone(), three.clone());
                go! {
                    let word = book.look_up(n);
                    three.recv();
                    place.send(word);
                }
            }
            to.close();
        }
        for place in &queue {
            println!("{}", place.recv().unwrap());
        }
    });
}
