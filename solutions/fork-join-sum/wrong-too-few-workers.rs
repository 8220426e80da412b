//! Two goroutines, each with one half.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        let numbers: Arc<Vec<i64>> = Arc::new((1..=1002).collect());

        let sums = chan::<i64>(0);
        for worker in 0..2 {
            let (mine, sums) = (numbers.clone(), sums.clone());
            go(move || sums.send(mine[501 * worker..501 * (worker + 1)].iter().sum()));
        }
        let mut total = 0;
        for _ in 0..2 {
            total += sums.recv().unwrap();
        }

        println!("the sum of {} numbers is {total}", numbers.len());
    });
}
