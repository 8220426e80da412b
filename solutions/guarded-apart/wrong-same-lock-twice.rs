//! Both locks are held, and the two lines below take them again, as they did before.

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
                let _l = mine.left.lock();
                let _r = mine.right.lock();
                *mine.left.lock() -= 10;
                *mine.right.lock() += 10;
            }
        });
        wg.go(move || {
            for _ in 0..2 {
                let coins = *purse.left.lock() + *purse.right.lock();
                println!("{coins} coins");
            }
        });

        wg.wait();
    });
}
