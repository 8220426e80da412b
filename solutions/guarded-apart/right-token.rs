//! The pockets lie in a channel with room for one: who takes them out has them alone.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

struct Purse {
    pockets: Chan<(i32, i32)>,
}

fn main() {
    run(|| {
        let purse = Arc::new(Purse { pockets: chan(1) });
        purse.pockets.send((70, 30));
        let wg = WaitGroup::new();

        let mine = purse.clone();
        wg.go(move || {
            for _ in 0..2 {
                let (left, right) = mine.pockets.recv().unwrap();
                mine.pockets.send((left - 10, right + 10));
            }
        });
        wg.go(move || {
            for _ in 0..2 {
                let (left, right) = purse.pockets.recv().unwrap();
                purse.pockets.send((left, right));
                println!("{} coins", left + right);
            }
        });

        wg.wait();
    });
}
