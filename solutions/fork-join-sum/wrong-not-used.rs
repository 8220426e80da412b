//! Four workers send their sums, main receives all four, and prints one that it has worked out itself.

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
        for _ in 0..4 {
            sums.recv();
        }
        let total: i64 = numbers.iter().sum();

        println!("the sum of {} numbers is {total}", numbers.len());
    });
}
