//! Each goroutine has a local counter, which nobody else can reach.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        for id in 1..=3 {
            wg.go(move || {
                let mut laps = 0;
                for _ in 0..id {
                    laps += 1;
                }
                println!("runner {id} counted {laps}");
            });
        }
        wg.wait();
    });
}
