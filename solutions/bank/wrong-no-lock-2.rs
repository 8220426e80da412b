//! One P in place of four.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        runtime::gomaxprocs(1);
        let balance = Shared::new(0);
        let wg = WaitGroup::new();

        for by in [1, -1] {
            for _ in 0..100 {
                let balance = balance.clone();
                wg.go(move || {
                    let before = balance.get();
                    balance.set(before + by);
                });
            }
        }

        wg.wait();
        println!("balance: ${}", balance.get());
    });
}
