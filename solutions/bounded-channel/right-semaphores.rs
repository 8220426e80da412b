//! A semaphore for free places, one for values, and a lock for the queue.

use goroutines::prelude::*;
use goroutines::println;
use goroutines::context;
use goroutines::semaphore::Weighted;
use std::collections::VecDeque;
use std::sync::Arc;

struct Bounded {
    queue: Mutex<VecDeque<i64>>,
    places: Weighted,
    values: Weighted,
}

impl Bounded {
    fn send(&self, v: i64) {
        self.places.acquire(&context::background(), 1).unwrap();
        self.queue.lock().push_back(v);
        self.values.release(1);
    }

    fn recv(&self) -> i64 {
        self.values.acquire(&context::background(), 1).unwrap();
        let v = self.queue.lock().pop_front().unwrap();
        self.places.release(1);
        v
    }
}

fn main() {
    run(|| {
        let values = Weighted::new(2);
        values.acquire(&context::background(), 2).unwrap();
        let bounded = Arc::new(Bounded {
            queue: Mutex::default(),
            places: Weighted::new(2),
            values,
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
