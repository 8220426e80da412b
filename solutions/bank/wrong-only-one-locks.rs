//! Only those who pay in take the lock.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        runtime::gomaxprocs(4);
        let balance = Shared::new(0);
        let mu = Arc::new(Mutex::new(()));
        let wg = WaitGroup::new();

        for by in [1, -1] {
            for _ in 0..100 {
                let (balance, mu) = (balance.clone(), mu.clone());
                wg.go(move || {
                    let _held = (by > 0).then(|| mu.lock());
                    balance.set(balance.get() + by);
                });
            }
        }

        wg.wait();
        println!("balance: ${}", balance.get());
    });
}
