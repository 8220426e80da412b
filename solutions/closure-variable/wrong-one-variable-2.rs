//! The goroutines count, each a little too late.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let i = Arc::new(goroutines::sync::atomic::Int64::new(0));
        for _ in 0..3 {
            let id = i.clone();
            wg.go(move || {
                id.add(1);
                println!("worker {}", id.load());
            });
        }
        wg.wait();
    });
}
