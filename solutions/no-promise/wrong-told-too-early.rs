//! Each gives the next its turn before it prints.

use goroutines::prelude::*;
use goroutines::println;

const LETTER: [&str; 3] = ["Dear Ann,", "thank you for the book.", "Yours, Bob"];

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let turns: Vec<Chan<()>> = (0..3).map(|_| chan(1)).collect();

        for line in 0..3 {
            let mine = turns[line].clone();
            let next = turns.get(line + 1).cloned();
            wg.go(move || {
                if line > 0 {
                    mine.recv();
                }
                if let Some(next) = next {
                    next.send(());
                }
                println!("{}", LETTER[line]);
            });
        }

        wg.wait();
    });
}
