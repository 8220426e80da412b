//! The balance is never changed.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        runtime::gomaxprocs(4);
        let balance = 0;
        let wg = WaitGroup::new();

        for _ in 0..200 {
            wg.go(|| {});
        }

        wg.wait();
        println!("balance: ${}", balance);
    });
}
