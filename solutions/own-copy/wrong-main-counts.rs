//! Three goroutines that do nothing, and main counts.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        for id in 1..=3 {
            wg.go(|| {});
            let mut laps = 0;
            for _ in 0..id {
                laps += 1;
            }
            println!("runner {id} counted {laps}");
        }
        wg.wait();
    });
}
