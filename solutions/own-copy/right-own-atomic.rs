//! An atomic of its own for each.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        for id in 1..=3 {
            wg.go(move || {
                let laps = goroutines::sync::atomic::Int64::new(0);
                for _ in 0..id {
                    laps.add(1);
                }
                println!("runner {id} counted {}", laps.load());
            });
        }
        wg.wait();
    });
}
