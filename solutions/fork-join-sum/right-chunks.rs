//! Each worker gets a vector of its own, cut off by `chunks`.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        let numbers: Arc<Vec<i64>> = Arc::new((1..=1002).collect());

        let sums = chan::<i64>(4);
        for chunk in numbers.chunks(numbers.len().div_ceil(4)) {
            let (mine, sums) = (chunk.to_vec(), sums.clone());
            go(move || sums.send(mine.iter().sum()));
        }
        let total: i64 = (0..4).map(|_| sums.recv().unwrap()).sum();

        println!("the sum of {} numbers is {total}", numbers.len());
    });
}
