//! A hundred thousand times.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        wg.go(|| println!("first"));
        wg.go(|| {
            for _ in 0..100_000 {
                goroutines::runtime::gosched();
            }
            println!("second");
        });
        wg.wait();
    });
}
