//! main waits for each goroutine before it starts the next.

use goroutines::prelude::*;
use goroutines::println;

const LETTER: [&str; 3] = ["Dear Ann,", "thank you for the book.", "Yours, Bob"];

fn main() {
    run(|| {
        let wg = WaitGroup::new();

        for line in 0..3 {
            wg.go(move || {
                println!("{}", LETTER[line]);
            });
            wg.wait();
        }
    });
}
