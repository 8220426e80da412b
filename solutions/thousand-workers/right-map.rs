//! A map for all.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;
fn work(id: i64) -> i64 {
    id * id
}

fn main() {
    run(|| {
        let m = Arc::new(goroutines::sync::Map::<i64, i64>::new());
        let wg = WaitGroup::new();
        for id in 1..=1000 {
            let m = m.clone();
            wg.go(move || m.store(id, work(id)));
        }
        wg.wait();
        let results: Vec<i64> = (1..=1000).map(|id| m.load(&id).unwrap()).collect();
        println!(
            "{} results, sum {}",
            results.len(),
            results.iter().sum::<i64>()
        );
    });
}
