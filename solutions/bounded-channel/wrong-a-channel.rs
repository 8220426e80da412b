//! A channel inside.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

struct Bounded(Chan<i64>);

impl Bounded {
    fn send(&self, v: i64) {
        self.0.send(v);
    }

    fn recv(&self) -> i64 {
        self.0.recv().unwrap()
    }
}

fn main() {
    run(|| {
        let bounded = Arc::new(Bounded(chan(2)));
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
        wg.wait();
        let (count, sum) = *total.lock();
        println!("received {count} values, {sum} in all");
    });
}
