//! main gives the first its turn, and the last sends to nobody.

use goroutines::prelude::*;
use goroutines::println;

const LETTER: [&str; 3] = ["Dear Ann,", "thank you for the book.", "Yours, Bob"];

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let turns: Vec<Chan<()>> = (0..3).map(|_| chan(0)).collect();

        for line in 0..3 {
            let mine = turns[line].clone();
            let next = turns[(line + 1) % 3].clone();
            wg.go(move || {
                mine.recv();
                println!("{}", LETTER[line]);
                next.send(());
            });
        }
        turns[0].send(());

        wg.wait();
    });
}
