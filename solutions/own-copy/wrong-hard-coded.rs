//! The number that should come out is printed, and the counter is still shared.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let laps = Shared::new(0);
        for id in 1..=3 {
            let laps = laps.clone();
            wg.go(move || {
                for _ in 0..id {
                    laps.set(laps.get() + 1);
                }
                println!("runner {id} counted {id}");
            });
        }
        wg.wait();
    });
}
