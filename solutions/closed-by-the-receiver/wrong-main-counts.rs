//! main adds up the lists itself.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let lists = [[10, 20, 30], [40, 50, 60]];
        let all: Vec<i64> = lists.concat();
        println!("{} amounts, {} in all", all.len(), all.iter().sum::<i64>());
    });
}
