//! A number says whose turn it is, and who is not waits on a condition variable.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

const LETTER: [&str; 3] = ["Dear Ann,", "thank you for the book.", "Yours, Bob"];

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let turn = Arc::new((Mutex::new(0), Cond::new()));

        for line in 0..3 {
            let turn = turn.clone();
            wg.go(move || {
                let mut whose = turn.0.lock();
                while *whose != line {
                    whose = turn.1.wait(whose);
                }
                println!("{}", LETTER[line]);
                *whose += 1;
                turn.1.broadcast();
            });
        }

        wg.wait();
    });
}
