//! The order of the two `go` calls is swapped: the one that is started later often runs first.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        wg.go(|| {
            for ball in [2, 4, 6] {
                println!("pong {ball}");
            }
        });
        wg.go(|| {
            for ball in [1, 3, 5] {
                println!("ping {ball}");
            }
        });
        wg.wait();
    });
}
