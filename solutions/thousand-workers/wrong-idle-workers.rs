//! A thousand goroutines are started, and main does the work itself.

use goroutines::prelude::*;
use goroutines::println;

fn work(id: i64) -> i64 {
    id * id
}

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let mut results = Vec::new();
        for id in 1..=1000 {
            wg.go(|| {});
            results.push(work(id));
        }
        wg.wait();
        println!(
            "{} results, sum {}",
            results.len(),
            results.iter().sum::<i64>()
        );
    });
}
