//! No coin is moved.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

struct Purse {
    pockets: Mutex<(i32, i32)>,
}

fn main() {
    run(|| {
        let purse = Arc::new(Purse {
            pockets: Mutex::new((70, 30)),
        });
        let wg = WaitGroup::new();

        let mine = purse.clone();
        wg.go(move || {
            let _purse = mine;
        });
        wg.go(move || {
            for _ in 0..2 {
                let (left, right) = *purse.pockets.lock();
                println!("{} coins", left + right);
            }
        });

        wg.wait();
    });
}
