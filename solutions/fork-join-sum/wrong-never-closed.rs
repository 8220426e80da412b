//! main receives until the channel is closed, and nobody closes it.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        let numbers: Arc<Vec<i64>> = Arc::new((1..=1002).collect());

        let sums = chan::<i64>(0);
        for worker in 0..4 {
            let (mine, sums) = (numbers.clone(), sums.clone());
            go(move || {
                let from = worker * mine.len() / 4;
                let to = (worker + 1) * mine.len() / 4;
                sums.send(mine[from..to].iter().sum());
            });
        }

        let mut total = 0;
        for sum in &sums {
            total += sum;
        }
        println!("the sum of {} numbers is {total}", numbers.len());
    });
}
