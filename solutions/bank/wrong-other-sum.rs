//! The balance never goes below 0.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        runtime::gomaxprocs(4);
        let balance = std::sync::Arc::new(Mutex::new(0));
        let wg = WaitGroup::new();

        for by in [1, -1] {
            for _ in 0..100 {
                let balance = balance.clone();
                wg.go(move || {
                    let mut b = balance.lock();
                    *b = (*b + by).max(0);
                });
            }
        }

        wg.wait();
        println!("balance: ${}", *balance.lock());
    });
}
