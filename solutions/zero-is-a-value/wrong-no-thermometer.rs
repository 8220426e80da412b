//! main looks at the list itself.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let all = [3, 0, -2, 5];
        let lowest = all.iter().min().unwrap();
        println!("{} readings, the lowest is {lowest}", all.len());
    });
}
