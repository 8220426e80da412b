//! A third lock is taken for a whole move, and for a whole count.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

struct Purse {
    left: Mutex<i32>,
    right: Mutex<i32>,
    whole: Mutex<()>,
}

fn main() {
    run(|| {
        let purse = Arc::new(Purse {
            left: Mutex::new(70),
            right: Mutex::new(30),
            whole: Mutex::new(()),
        });
        let wg = WaitGroup::new();

        let mine = purse.clone();
        wg.go(move || {
            for _ in 0..2 {
                let _whole = mine.whole.lock();
                *mine.left.lock() -= 10;
                *mine.right.lock() += 10;
            }
        });
        wg.go(move || {
            for _ in 0..2 {
                let _whole = purse.whole.lock();
                let coins = *purse.left.lock() + *purse.right.lock();
                println!("{coins} coins");
            }
        });

        wg.wait();
    });
}
