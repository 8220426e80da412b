//! signal wakes one, and perhaps the wrong one.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;
const LETTER: [&str; 3] = ["Dear Ann,", "thank you for the book.", "Yours, Bob"];
fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let s = Arc::new((Mutex::new(0), Cond::new()));
        for line in [1, 2, 0] {
            let s = s.clone();
            wg.go(move || {
                let mut turn = s.0.lock();
                while *turn != line {
                    turn = s.1.wait(turn);
                }
                println!("{}", LETTER[line]);
                *turn += 1;
                s.1.signal();
            });
        }
        wg.wait();
    });
}
