//! The balance is right, and what is printed is something else.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        runtime::gomaxprocs(4);
        let balance = Arc::new(Mutex::new(0));
        let wg = WaitGroup::new();

        for by in [1, -1] {
            for _ in 0..100 {
                let balance = balance.clone();
                wg.go(move || {
                    *balance.lock() += by;
                });
            }
        }

        wg.wait();
        let _balance = *balance.lock();
        println!("balance: $0");
    });
}
