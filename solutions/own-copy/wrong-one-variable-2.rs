//! One variable, and each subtracts what was there before.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let laps = Arc::new(goroutines::sync::atomic::Int64::new(0));
        for id in 1..=3 {
            let laps = laps.clone();
            wg.go(move || {
                let before = laps.load();
                for _ in 0..id {
                    laps.add(1);
                }
                println!("runner {id} counted {}", laps.load() - before);
            });
        }
        wg.wait();
    });
}
