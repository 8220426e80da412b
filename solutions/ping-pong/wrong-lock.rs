//! A lock keeps the prints apart.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let turn = Arc::new(Mutex::new(()));
        for (name, hits) in [("ping", [1, 3, 5]), ("pong", [2, 4, 6])] {
            let turn = turn.clone();
            wg.go(move || {
                for ball in hits {
                    let _mine = turn.lock();
                    println!("{name} {ball}");
                }
            });
        }
        wg.wait();
    });
}
