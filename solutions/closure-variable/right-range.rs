//! The loop variable of Rust, as that of Go since 1.22, is a new one in each round.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        for id in 1..=3 {
            wg.go(move || println!("worker {id}"));
        }
        wg.wait();
    });
}
