//! Counts again until it is 100, and gives way in between.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

struct Purse {
    left: Mutex<i32>,
    right: Mutex<i32>,
}

fn main() {
    run(|| {
        let purse = Arc::new(Purse { left: Mutex::new(70), right: Mutex::new(30) });
        let wg = WaitGroup::new();

        let mine = purse.clone();
        wg.go(move || {
            for _ in 0..2 {
                *mine.left.lock() -= 10;
                *mine.right.lock() += 10;
            }
        });
        wg.go(move || {
            for _ in 0..2 {
                let mut coins = 0;
                while coins != 100 {
                    runtime::gosched();
                    coins = *purse.left.lock() + *purse.right.lock();
                }
                println!("{coins} coins");
            }
        });

        wg.wait();
    });
}
