//! A new variable is made in each round of the loop.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        for id in 1..=3 {
            let laps = Shared::new(0);
            wg.go(move || {
                for _ in 0..id {
                    laps.set(laps.get() + 1);
                }
                println!("runner {id} counted {}", laps.get());
            });
        }
        wg.wait();
    });
}
