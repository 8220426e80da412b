//! The numbers are right, and main does not wait.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        for id in 1..=3 {
            go(move || println!("worker {id}"));
        }
    });
}
