//! Nobody waits at the end.

use goroutines::prelude::*;
use goroutines::println;

const LETTER: [&str; 3] = ["Dear Ann,", "thank you for the book.", "Yours, Bob"];

fn main() {
    run(|| {
        runtime::gomaxprocs(1);
        for line in [1, 2, 0] {
            go(move || {
                println!("{}", LETTER[line]);
            });
        }
    });
}
