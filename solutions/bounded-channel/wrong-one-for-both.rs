//! All wait at one condition variable, and a signal wakes one.

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
    fn send(&self, v: i64) {
        let mut q = self.queue.lock();
        while q.len() == self.cap {
            q = self.not_empty.wait(q);
        }
        q.push_back(v);
        self.not_empty.signal();
    }

    fn recv(&self) -> i64 {
        let mut q = self.queue.lock();
        while q.is_empty() {
            q = self.not_empty.wait(q);
        }
        let v = q.pop_front().unwrap();
        self.not_empty.signal();
        v
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
