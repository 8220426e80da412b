//! Each sleeps for as long as the other should need.

use goroutines::prelude::*;
use goroutines::println;
use time::Duration;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        wg.go(|| {
            for ball in [1, 3, 5] {
                println!("ping {ball}");
                time::sleep(Duration::from_millis(20));
            }
        });
        wg.go(|| {
            time::sleep(Duration::from_millis(10));
            for ball in [2, 4, 6] {
                println!("pong {ball}");
                time::sleep(Duration::from_millis(20));
            }
        });
        wg.wait();
    });
}
