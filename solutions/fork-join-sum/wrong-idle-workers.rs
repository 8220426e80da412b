//! Four goroutines that add up and keep it, and main adds up everything again.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        let numbers: Arc<Vec<i64>> = Arc::new((1..=1002).collect());

        let wg = WaitGroup::new();
        for worker in 0..4 {
            let mine = numbers.clone();
            wg.go(move || {
                let from = worker * mine.len() / 4;
                let to = (worker + 1) * mine.len() / 4;
                let _sum: i64 = mine[from..to].iter().sum();
            });
        }
        wg.wait();
        let total: i64 = numbers.iter().sum();

        println!("the sum of {} numbers is {total}", numbers.len());
    });
}
