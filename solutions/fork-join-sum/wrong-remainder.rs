//! 1002 / 4 is rounded down, and the last two numbers belong to nobody.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        let numbers: Arc<Vec<i64>> = Arc::new((1..=1002).collect());

        let sums = chan::<i64>(0);
        let len = numbers.len() / 4;
        for worker in 0..4 {
            let (mine, sums) = (numbers.clone(), sums.clone());
            go(move || sums.send(mine[worker * len..(worker + 1) * len].iter().sum()));
        }

        let mut total = 0;
        for _ in 0..4 {
            total += sums.recv().unwrap();
        }
        println!("the sum of {} numbers is {total}", numbers.len());
    });
}
