//! The workers add their sums to one atomic number.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        let numbers: Arc<Vec<i64>> = Arc::new((1..=1002).collect());

        let atomic_total = Arc::new(sync::atomic::Int64::new(0));
        let wg = WaitGroup::new();
        for worker in 0..4 {
            let (mine, total) = (numbers.clone(), atomic_total.clone());
            wg.go(move || {
                let from = worker * mine.len() / 4;
                let to = (worker + 1) * mine.len() / 4;
                total.add(mine[from..to].iter().sum());
            });
        }
        wg.wait();
        let total = atomic_total.load();

        println!("the sum of {} numbers is {total}", numbers.len());
    });
}
