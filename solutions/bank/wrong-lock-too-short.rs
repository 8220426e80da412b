//! The lock is given back between the read and the write.

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
                    let before = *balance.lock();
                    *balance.lock() = before + by;
                });
            }
        }

        wg.wait();
        println!("balance: ${}", *balance.lock());
    });
}
