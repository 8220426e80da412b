//! Every single number is added to one shared variable.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        let numbers: Arc<Vec<i64>> = Arc::new((1..=1002).collect());

        let shared_total = Shared::new(0);
        let wg = WaitGroup::new();
        for worker in 0..4 {
            let (mine, total) = (numbers.clone(), shared_total.clone());
            wg.go(move || {
                let from = worker * mine.len() / 4;
                let to = (worker + 1) * mine.len() / 4;
                for number in &mine[from..to] {
                    total.update(|sum| sum + number);
                }
            });
        }
        wg.wait();
        let total: i64 = shared_total.get();

        println!("the sum of {} numbers is {total}", numbers.len());
    });
}
