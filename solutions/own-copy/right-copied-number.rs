//! `move` copies a plain number into the closure.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let laps = 0;
        for id in 1..=3 {
            wg.go(move || {
                let mut laps = laps;
                for _ in 0..id {
                    laps += 1;
                }
                println!("runner {id} counted {laps}");
            });
        }
        wg.wait();
    });
}
