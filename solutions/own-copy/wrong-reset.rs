//! Each runner sets the counter back to 0 first, while another one is counting in it.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let laps = Shared::new(0);
        for id in 1..=3 {
            let laps = laps.clone();
            wg.go(move || {
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
