//! Each slice is two longer than it should be.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        let numbers: Arc<Vec<i64>> = Arc::new((1..=1002).collect());
        let sums = chan::<i64>(4);
        for k in 0..4 {
            let (mine, sums) = (numbers.clone(), sums.sender());
            go! {
                sums.send(mine[k * 250..(k * 250 + 252).min(1002)].iter().sum());
            }
        }
        let total: i64 = sums.iter().take(4).sum();
        println!("the sum of {} numbers is {total}", numbers.len());
    });
}
