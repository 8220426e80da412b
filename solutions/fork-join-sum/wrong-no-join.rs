//! main reads the total without waiting for the workers.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        let numbers: Arc<Vec<i64>> = Arc::new((1..=1002).collect());

        let shared_total = Arc::new(Mutex::new(0));
        for worker in 0..4 {
            let (mine, total) = (numbers.clone(), shared_total.clone());
            go(move || {
                let from = worker * mine.len() / 4;
                let to = (worker + 1) * mine.len() / 4;
                *total.lock() += mine[from..to].iter().sum::<i64>();
            });
        }
        let total: i64 = *shared_total.lock();

        println!("the sum of {} numbers is {total}", numbers.len());
    });
}
