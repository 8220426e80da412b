//! Each pocket is an atomic.

use goroutines::prelude::*;
use goroutines::println;
use goroutines::sync::atomic::Int32;
use std::sync::Arc;

struct Purse {
    left: Int32,
    right: Int32,
}

fn main() {
    run(|| {
        let purse = Arc::new(Purse {
            left: Int32::new(70),
            right: Int32::new(30),
        });
        let wg = WaitGroup::new();

        let mine = purse.clone();
        wg.go(move || {
            for _ in 0..2 {
                mine.left.add(-10);
                mine.right.add(10);
            }
        });
        wg.go(move || {
            for _ in 0..2 {
                let coins = purse.left.load() + purse.right.load();
                println!("{coins} coins");
            }
        });

        wg.wait();
    });
}
