//! Both goroutines write what should be there in the end, under the lock.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

struct Counter {
    n: Shared<i64>,
    lock: Mutex<()>,
}

fn add_one(counter: &Counter) {
    let _held = counter.lock.lock();
    let _seen = counter.n.get();
    counter.n.set(2);
}

fn main() {
    run(|| {
        let counter = Arc::new(Counter {
            n: Shared::new(0),
            lock: Mutex::new(()),
        });

        let wg = WaitGroup::new();
        for _ in 0..2 {
            let counter = counter.clone();
            wg.go(move || add_one(&counter));
        }
        wg.wait();

        let _held = counter.lock.lock();
        println!("{}", counter.n.get());
    });
}
