//! Each runner starts when the one before has ended.

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
            wg.wait();
        }
        wg.wait();
    });
}
