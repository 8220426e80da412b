//! Both locks are held, and both goroutines take them in the same order.

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
                let mut left = mine.left.lock();
                let mut right = mine.right.lock();
                *left -= 10;
                *right += 10;
            }
        });
        wg.go(move || {
            for _ in 0..2 {
                let left = purse.left.lock();
                let right = purse.right.lock();
                println!("{} coins", *left + *right);
            }
        });

        wg.wait();
    });
}
