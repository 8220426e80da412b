//! The workers put their results into one vector under a lock.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn work(id: i64) -> i64 {
    id * id
}

fn main() {
    run(|| {
        let collected = Arc::new(Mutex::new(Vec::new()));
        let wg = WaitGroup::new();
        for id in 1..=1000 {
            let collected = collected.clone();
            wg.go(move || collected.lock().push(work(id)));
        }
        wg.wait();
        let results = collected.lock();
        println!(
            "{} results, sum {}",
            results.len(),
            results.iter().sum::<i64>()
        );
    });
}
