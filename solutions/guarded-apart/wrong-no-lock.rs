//! Both pockets are variables without a lock.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

struct Purse {
    left: Shared<i32>,
    right: Shared<i32>,
}

fn main() {
    run(|| {
        let purse = Arc::new(Purse {
            left: Shared::new(70),
            right: Shared::new(30),
        });
        let wg = WaitGroup::new();

        let mine = purse.clone();
        wg.go(move || {
            for _ in 0..2 {
                mine.left.set(mine.left.get() - 10);
                mine.right.set(mine.right.get() + 10);
            }
        });
        wg.go(move || {
            for _ in 0..2 {
                let coins = purse.left.get() + purse.right.get();
                println!("{coins} coins");
            }
        });

        wg.wait();
    });
}
