//! The number of the next hit behind a lock, and a condition that it is my turn.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let shared = Arc::new((Mutex::new(1), Cond::new()));
        for (name, rest) in [("ping", 1), ("pong", 0)] {
            let shared = shared.clone();
            wg.go(move || {
                let (next, turn) = &*shared;
                for _ in 0..3 {
                    let mut ball = next.lock();
                    while *ball % 2 != rest {
                        ball = turn.wait(ball);
                    }
                    println!("{name} {}", *ball);
                    *ball += 1;
                    turn.broadcast();
                }
            });
        }
        wg.wait();
    });
}
