//! One variable for all, set back to 0, with a lock around each run.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let lock = Arc::new(Mutex::new(()));
        let laps = Shared::new(0);
        for id in 1..=3 {
            let (laps, lock) = (laps.clone(), lock.clone());
            wg.go(move || {
                let _held = lock.lock();
                laps.set(0);
                for _ in 0..id {
                    laps.set(laps.get() + 1);
                }
                println!("runner {id} counted {}", laps.get());
            });
        }
        wg.wait();
    });
}
