//! main squares and adds.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let sum: i64 = (1..=3).map(|n| n * n).sum();
        println!("the sum of the squares is {sum}");
    });
}
