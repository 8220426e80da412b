//! main starts a goroutine for each hit and waits for it.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        for ball in 1..=6 {
            let wg = WaitGroup::new();
            wg.go(move || {
                println!("{} {ball}", if ball % 2 == 1 { "ping" } else { "pong" });
            });
            wg.wait();
        }
    });
}
