//! main runs all the laps itself.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        for id in 1..=3 {
            let mut laps = 0;
            for _ in 0..id {
                laps += 1;
            }
            println!("runner {id} counted {laps}");
        }
    });
}
