//! main adds up what the feeds would have sent.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let all = [1, 2, 3, 10, 20, 30];
        println!("{} numbers, {} in all", all.len(), all.iter().sum::<i64>());
    });
}
