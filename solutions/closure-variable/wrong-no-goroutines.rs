//! The loop prints the numbers itself.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        for id in 1..=3 {
            println!("worker {id}");
        }
    });
}
