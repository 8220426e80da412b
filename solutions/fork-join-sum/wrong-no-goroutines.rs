//! main adds up everything itself.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        let numbers: Arc<Vec<i64>> = Arc::new((1..=1002).collect());

        let total: i64 = numbers.iter().sum();

        println!("the sum of {} numbers is {total}", numbers.len());
    });
}
