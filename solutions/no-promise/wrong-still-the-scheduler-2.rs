//! More Ps, and another order of starting.

use goroutines::prelude::*;
use goroutines::println;

const LETTER: [&str; 3] = ["Dear Ann,", "thank you for the book.", "Yours, Bob"];

fn main() {
    run(|| {
        runtime::gomaxprocs(4);
        let wg = WaitGroup::new();

        for line in [2, 1, 0] {
            wg.go(move || {
                println!("{}", LETTER[line]);
            });
        }

        wg.wait();
    });
}
