//! A sum behind a lock, and no channel.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        let sum = Arc::new(Mutex::new(0));
        let wg = WaitGroup::new();
        for n in 1..=3 {
            let sum = sum.clone();
            wg.go(move || *sum.lock() += n * n);
        }
        wg.wait();
        println!("the sum of the squares is {}", *sum.lock());
    });
}
