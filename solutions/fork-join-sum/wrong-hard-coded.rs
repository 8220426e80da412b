//! The workers add up, nobody takes their sums, and the right answer is printed all the same.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        let numbers: Arc<Vec<i64>> = Arc::new((1..=1002).collect());
        let total = Arc::new(Mutex::new(0));
        let wg = WaitGroup::new();
        for part in 0..4 {
            let (mine, total) = (numbers.clone(), total.clone());
            wg.go(move || {
                let sum: i64 = mine[part * 1002 / 4..(part + 1) * 1002 / 4].iter().sum();
                *total.lock() += sum;
            });
        }
        wg.wait();
        println!("the sum of {} numbers is 502503", numbers.len());
    });
}
