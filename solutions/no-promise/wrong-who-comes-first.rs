//! Whoever comes takes the next line.

use goroutines::prelude::*;
use goroutines::println;

const LETTER: [&str; 3] = ["Dear Ann,", "thank you for the book.", "Yours, Bob"];

fn main() {
    run(|| {
        runtime::gomaxprocs(1);
        let wg = WaitGroup::new();

        let next = std::sync::Arc::new(Mutex::new(0));
        for _line in [1, 2, 0] {
            let next = next.clone();
            wg.go(move || {
                let mut next = next.lock();
                let line = *next;
                *next += 1;
                println!("{}", LETTER[line]);
            });
        }

        wg.wait();
    });
}
