//! All use one channel, and whoever receives first prints.

use goroutines::prelude::*;
use goroutines::println;

const LETTER: [&str; 3] = ["Dear Ann,", "thank you for the book.", "Yours, Bob"];

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let turn = chan::<()>(1);

        for line in 0..3 {
            let turn = turn.clone();
            wg.go(move || {
                turn.recv();
                println!("{}", LETTER[line]);
                turn.send(());
            });
        }
        turn.send(());

        wg.wait();
    });
}
