//! Each goroutine waits for a message from the one whose line comes before.

use goroutines::prelude::*;
use goroutines::println;

const LETTER: [&str; 3] = ["Dear Ann,", "thank you for the book.", "Yours, Bob"];

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let turns: Vec<Chan<()>> = (0..3).map(|_| chan(0)).collect();

        for line in 0..3 {
            let mine = turns[line].clone();
            let next = turns.get(line + 1).cloned();
            wg.go(move || {
                if line > 0 {
                    mine.recv();
                }
                println!("{}", LETTER[line]);
                if let Some(next) = next {
                    next.send(());
                }
            });
        }

        wg.wait();
    });
}
