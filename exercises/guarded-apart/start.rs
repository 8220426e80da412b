//! Guarded apart
//!
//! A purse has two pockets with 100 coins in them, all in all. One goroutine moves
//! coins from the left pocket to the right. Another one counts what is in both.
//! It must always count 100, but sometimes it counts too few. Each pocket has its
//! lock, and each lock is taken; they guard the wrong thing. Repair it.
//!
//! Both goroutines must still be able to run at the same time.
//!
//! It is right when it prints, in every schedule:
//!
//!     100 coins
//!     100 coins
//!
//! Type: gotour check guarded-apart

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
                // TODO: what does one who comes between these two lines count?
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
