//! One line in place of two, and no lock.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        runtime::gomaxprocs(4);
        let balance = Shared::new(0);
        let wg = WaitGroup::new();

        for by in [1, -1] {
            for _ in 0..100 {
                let balance = balance.clone();
                wg.go(move || {
                    balance.set(balance.get() + by);
                });
            }
        }

        wg.wait();
        println!("balance: ${}", balance.get());
    });
}
