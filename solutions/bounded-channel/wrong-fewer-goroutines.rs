//! One sends, and main receives.

use goroutines::prelude::*;
use goroutines::println;
use std::collections::VecDeque;
use std::sync::Arc;

struct Bounded {
    cap: usize,
    queue: Mutex<VecDeque<i64>>,
    changed: Cond,
}

impl Bounded {
    fn send(&self, v: i64) {
        let mut queue = self.queue.lock();
        while queue.len() == self.cap {
            queue = self.changed.wait(queue);
        }
        queue.push_back(v);
        self.changed.signal();
    }

    fn recv(&self) -> i64 {
        let mut queue = self.queue.lock();
        while queue.is_empty() {
            queue = self.changed.wait(queue);
        }
        self.changed.signal();
        queue.pop_front().unwrap()
    }
}

fn main() {
    run(|| {
        let bounded = Arc::new(Bounded {
            cap: 2,
            queue: Mutex::default(),
            changed: Cond::new(),
        });
        bounded.send(10);
        bounded.send(20);
        println!("first {}, then {}", bounded.recv(), bounded.recv());

        let to = bounded.clone();
        go! { (1..=6).for_each(|v| to.send(v)); }
        let sum: i64 = (0..6).map(|_| bounded.recv()).sum();
        println!("received 6 values, {sum} in all");
    });
}
