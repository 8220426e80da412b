//! The adding is right, and what is printed is not what was added.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        let n = Arc::new(Mutex::new(0));
        let wg = WaitGroup::new();
        for _ in 0..2 {
            let n = n.clone();
            wg.go(move || *n.lock() += 1);
        }
        wg.wait();
        println!("2");
    });
}
