//! One goroutine plays both sides.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        wg.go(|| {
            for ball in 1..=6 {
                println!("{} {ball}", if ball % 2 == 1 { "ping" } else { "pong" });
            }
        });
        wg.go(|| {});
        wg.wait();
    });
}
