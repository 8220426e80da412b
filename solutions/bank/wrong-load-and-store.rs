//! An atomic load, and then an atomic store.

use goroutines::prelude::*;
use goroutines::println;
use goroutines::sync::atomic::Int64;
use std::sync::Arc;

fn main() {
    run(|| {
        runtime::gomaxprocs(4);
        let balance = Arc::new(Int64::new(0));
        let wg = WaitGroup::new();

        for by in [1, -1] {
            for _ in 0..100 {
                let balance = balance.clone();
                wg.go(move || {
                    balance.store(balance.load() + by);
                });
            }
        }

        wg.wait();
        println!("balance: ${}", balance.load());
    });
}
