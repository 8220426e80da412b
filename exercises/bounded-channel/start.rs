//! Build your own channel
//!
//! A channel with room for `cap` values, made of a Mutex and two condition
//! variables. send waits while it is full, recv while it is empty. Both are
//! there, and neither waits: recv makes up a 0 when there is nothing. Leave
//! main as it is: two goroutines send, two receive, and it complains when there
//! are more values inside than there is room for. What was sent first comes out
//! first.
//!
//! It is right when it prints, whoever runs first:
//!
//!     first 10, then 20
//!     received 6 values, 21 in all
//!
//! What helps:
//!     held = c.wait(held)    gives the lock back, waits, has the lock again
//!     c.signal()             wakes one of those who wait at c
//!
//! Type: gotour check bounded-channel

use goroutines::prelude::*;
use goroutines::println;
use std::collections::VecDeque;
use std::sync::Arc;

#[allow(dead_code)]
struct Bounded {
    cap: usize,
    queue: Mutex<VecDeque<i64>>,
    not_full: Cond,
    not_empty: Cond,
}

impl Bounded {
    // TODO: wait where you cannot go on, and wake the one who then can.
    fn send(&self, v: i64) {
        self.queue.lock().push_back(v);
    }

    fn recv(&self) -> i64 {
        self.queue.lock().pop_front().unwrap_or(0)
    }
}

fn main() {
    run(|| {
        let bounded = Arc::new(Bounded {
            cap: 2,
            queue: Mutex::default(),
            not_full: Cond::new(),
            not_empty: Cond::new(),
        });
        // There is room for two, so nobody has to wait here.
        bounded.send(10);
        bounded.send(20);
        println!("first {}, then {}", bounded.recv(), bounded.recv());

        let total = Arc::new(Mutex::new((0, 0)));
        let wg = WaitGroup::new();
        for values in [[1, 2, 3], [4, 5, 6]] {
            let (to, from, total) = (bounded.clone(), bounded.clone(), total.clone());
            wg.go(move || values.into_iter().for_each(|v| to.send(v)));
            wg.go(move || {
                for _ in 0..3 {
                    let v = from.recv();
                    let mut total = total.lock();
                    *total = (total.0 + 1, total.1 + v);
                }
            });
        }
        let watch = bounded.clone();
        wg.go(move || {
            if watch.queue.lock().len() > 2 {
                println!("too full");
            }
        });
        wg.wait();
        let (count, sum) = *total.lock();
        println!("received {count} values, {sum} in all");
    });
}
