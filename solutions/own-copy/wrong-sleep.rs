//! Each runner sets the counter back to 0 after a sleep, when the others should be through.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let laps = Shared::new(0);
        for id in 1..=3 {
            let laps = laps.clone();
            wg.go(move || {
                time::sleep(time::Duration::from_millis(50 * id));
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
