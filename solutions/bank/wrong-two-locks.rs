//! One lock for those who pay in, another for those who take out.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        runtime::gomaxprocs(4);
        let balance = Shared::new(0);
        let locks = [Arc::new(Mutex::new(())), Arc::new(Mutex::new(()))];
        let wg = WaitGroup::new();

        for (by, mu) in [1, -1].into_iter().zip(locks) {
            for _ in 0..100 {
                let (balance, mu) = (balance.clone(), mu.clone());
                wg.go(move || {
                    let _held = mu.lock();
                    balance.set(balance.get() + by);
                });
            }
        }

        wg.wait();
        println!("balance: ${}", balance.get());
    });
}
