//! main does all of it.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        runtime::gomaxprocs(4);
        let balance = Shared::new(0);
        let wg = WaitGroup::new();

        for by in [1, -1] {
            for _ in 0..100 {
                balance.set(balance.get() + by);
            }
        }

        wg.wait();
        println!("balance: ${}", balance.get());
    });
}
