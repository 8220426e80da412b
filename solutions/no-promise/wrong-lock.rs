//! A mutex is locked while a line is printed.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

const LETTER: [&str; 3] = ["Dear Ann,", "thank you for the book.", "Yours, Bob"];

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let printer = Arc::new(Mutex::new(()));

        for line in [1, 2, 0] {
            let printer = printer.clone();
            wg.go(move || {
                let _mine = printer.lock();
                println!("{}", LETTER[line]);
            });
        }

        wg.wait();
    });
}
