//! main gives way after each start, so that the new one should run first.

use goroutines::prelude::*;
use goroutines::println;

const LETTER: [&str; 3] = ["Dear Ann,", "thank you for the book.", "Yours, Bob"];

fn main() {
    run(|| {
        runtime::gomaxprocs(1);
        let wg = WaitGroup::new();

        for line in 0..3 {
            wg.go(move || {
                println!("{}", LETTER[line]);
            });
            runtime::gosched();
        }

        wg.wait();
    });
}
