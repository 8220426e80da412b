//! Go's form: a lock beside the variable, given back by a deferred call.

use goroutines::prelude::*;
use goroutines::println;
use goroutines::sync::raw;
use std::sync::Arc;

fn main() {
    run(|| {
        runtime::gomaxprocs(4);
        let balance = Shared::new(0);
        let mu = Arc::new(raw::Mutex::new());
        let wg = WaitGroup::new();

        for by in [1, -1] {
            for _ in 0..100 {
                let (balance, mu) = (balance.clone(), mu.clone());
                wg.go(move || {
                    mu.lock();
                    defer! { mu.unlock(); }
                    balance.set(balance.get() + by);
                });
            }
        }

        wg.wait();
        println!("balance: ${}", balance.get());
    });
}
