//! The handle is cloned once more inside, and leads to the same variable.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let laps = Shared::new(0);
        for id in 1..=3 {
            let handle = laps.clone();
            wg.go(move || {
                let mine = handle.clone();
                for _ in 0..id {
                    mine.set(mine.get() + 1);
                }
                println!("runner {id} counted {}", mine.get());
            });
        }
        wg.wait();
    });
}
