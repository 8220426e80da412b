//! Three goroutines are started, and one prints the whole letter.

use goroutines::prelude::*;
use goroutines::println;

const LETTER: [&str; 3] = ["Dear Ann,", "thank you for the book.", "Yours, Bob"];

fn main() {
    run(|| {
        let wg = WaitGroup::new();

        for line in 0..3 {
            wg.go(move || {
                if line == 0 {
                    for line in LETTER {
                        println!("{line}");
                    }
                }
            });
        }

        wg.wait();
    });
}
