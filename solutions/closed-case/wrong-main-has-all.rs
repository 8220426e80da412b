//! main has the letters.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let all = [1, 2, 3, 4, 5];
        println!("{} letters, {} in all", all.len(), all.iter().sum::<i64>());
    });
}
