//! main prints the three lines.

use goroutines::prelude::*;
use goroutines::println;

const LETTER: [&str; 3] = ["Dear Ann,", "thank you for the book.", "Yours, Bob"];

fn main() {
    run(|| {
        for line in LETTER {
            println!("{line}");
        }
    });
}
