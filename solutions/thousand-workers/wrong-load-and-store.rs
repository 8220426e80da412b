//! Atomic, and still a read and then a write.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn work(id: i64) -> i64 {
    id * id
}

fn main() {
    run(|| {
        let sum = Arc::new(sync::atomic::Int64::new(0));
        let wg = WaitGroup::new();
        for id in 1..=1000 {
            let sum = sum.clone();
            wg.go(move || sum.store(sum.load() + work(id)));
        }
        wg.wait();
        println!("1000 results, sum {}", sum.load());
    });
}
