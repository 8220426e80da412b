//! The mover holds both, the counter one after the other.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

struct Purse {
    left: Mutex<i32>,
    right: Mutex<i32>,
}

fn main() {
    run(|| {
        let purse = Arc::new(Purse {
            left: Mutex::new(70),
            right: Mutex::new(30),
        });
        let wg = WaitGroup::new();

        let mine = purse.clone();
        wg.go(move || {
            for _ in 0..2 {
                let (mut left, mut right) = (mine.left.lock(), mine.right.lock());
                *left -= 10;
                *right += 10;
            }
        });
        wg.go(move || {
            for _ in 0..2 {
                let left = *purse.left.lock();
                let coins = left + *purse.right.lock();
                println!("{coins} coins");
            }
        });

        wg.wait();
    });
}
