//! The goroutines send their lines, and main sorts and prints them.

use goroutines::prelude::*;
use goroutines::println;

const LETTER: [&str; 3] = ["Dear Ann,", "thank you for the book.", "Yours, Bob"];

fn main() {
    run(|| {
        let lines = chan::<usize>(3);

        for line in 0..3 {
            let lines = lines.clone();
            go(move || lines.send(line));
        }

        let mut there: Vec<usize> = (0..3).filter_map(|_| lines.recv()).collect();
        there.sort();
        for line in there {
            println!("{}", LETTER[line]);
        }
    });
}
