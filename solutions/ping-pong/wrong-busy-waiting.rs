//! A shared number says whose turn it is, and each looks again and again.

use goroutines::prelude::*;
use goroutines::println;
use goroutines::sync::atomic::Int64;
use std::sync::Arc;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let next = Arc::new(Int64::new(1));
        for (name, rest) in [("ping", 1), ("pong", 0)] {
            let next = next.clone();
            wg.go(move || {
                for _ in 0..3 {
                    while next.load() % 2 != rest {
                        runtime::gosched();
                    }
                    println!("{name} {}", next.load());
                    next.add(1);
                }
            });
        }
        wg.wait();
    });
}
