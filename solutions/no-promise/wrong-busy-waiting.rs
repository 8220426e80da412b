//! Who is not at turn gives way again and again.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

const LETTER: [&str; 3] = ["Dear Ann,", "thank you for the book.", "Yours, Bob"];

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let turn = Arc::new(Mutex::new(0));

        for line in 0..3 {
            let turn = turn.clone();
            wg.go(move || {
                while *turn.lock() != line {
                    runtime::gosched();
                }
                println!("{}", LETTER[line]);
                *turn.lock() += 1;
            });
        }

        wg.wait();
    });
}
