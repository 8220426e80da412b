//! Two goroutines in the right order, and no number goes from one to the other.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        wg.go(move || println!("worker: got 21"));
        wg.wait();
        println!("main: got 42");
    });
}
