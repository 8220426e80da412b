//! No goroutine at all.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        for ball in 1..=6 {
            println!("{} {ball}", if ball % 2 == 1 { "ping" } else { "pong" });
        }
    });
}
