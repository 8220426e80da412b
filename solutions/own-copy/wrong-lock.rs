//! A lock lets them take turns, and they still count in one variable.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let laps = Arc::new(Mutex::new(0));
        for id in 1..=3 {
            let laps = laps.clone();
            wg.go(move || {
                let mut laps = laps.lock();
                for _ in 0..id {
                    *laps += 1;
                }
                println!("runner {id} counted {}", *laps);
            });
        }
        wg.wait();
    });
}
