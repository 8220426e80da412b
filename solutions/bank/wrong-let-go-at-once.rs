//! `_` is no variable.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        runtime::gomaxprocs(4);
        let balance = Shared::new(0);
        let m = std::sync::Arc::new(Mutex::new(()));
        let wg = WaitGroup::new();

        for by in [1, -1] {
            for _ in 0..100 {
                let balance = balance.clone();
                let m = m.clone();
                wg.go(move || {
                    let _ = m.lock();
                    let before = balance.get();
                    balance.set(before + by);
                });
            }
        }

        wg.wait();
        println!("balance: ${}", balance.get());
    });
}
