//! An RWMutex, locked for writing.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        runtime::gomaxprocs(4);
        let balance = Arc::new(RWMutex::new(0));
        let wg = WaitGroup::new();

        for by in [1, -1] {
            for _ in 0..100 {
                let balance = balance.clone();
                wg.go(move || {
                    *balance.write() += by;
                });
            }
        }

        wg.wait();
        println!("balance: ${}", *balance.read());
    });
}
