//! A WaitGroup for each line: the next one waits until it is done.

use goroutines::prelude::*;
use goroutines::println;

const LETTER: [&str; 3] = ["Dear Ann,", "thank you for the book.", "Yours, Bob"];

fn main() {
    run(|| {
        let printed: Vec<WaitGroup> = (0..3).map(|_| WaitGroup::new()).collect();
        for line in &printed {
            line.add(1);
        }

        for line in [1, 2, 0] {
            let printed = printed.clone();
            go(move || {
                if line > 0 {
                    printed[line - 1].wait();
                }
                println!("{}", LETTER[line]);
                printed[line].done();
            });
        }

        printed[2].wait();
    });
}
