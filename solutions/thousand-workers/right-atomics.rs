//! The workers add to two atomic numbers.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn work(id: i64) -> i64 {
    id * id
}

fn main() {
    run(|| {
        let count = Arc::new(sync::atomic::Int64::new(0));
        let sum = Arc::new(sync::atomic::Int64::new(0));
        let wg = WaitGroup::new();
        for id in 1..=1000 {
            let (count, sum) = (count.clone(), sum.clone());
            wg.go(move || {
                sum.add(work(id));
                count.add(1);
            });
        }
        wg.wait();
        println!("{} results, sum {}", count.load(), sum.load());
    });
}
