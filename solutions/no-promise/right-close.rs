//! Each closes its channel when its line is printed, and the next one waits for that.

use goroutines::prelude::*;
use goroutines::println;

const LETTER: [&str; 3] = ["Dear Ann,", "thank you for the book.", "Yours, Bob"];

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let printed: Vec<Chan<()>> = (0..3).map(|_| chan(0)).collect();

        for line in [2, 0, 1] {
            let printed = printed.clone();
            wg.go(move || {
                if line > 0 {
                    printed[line - 1].recv();
                }
                println!("{}", LETTER[line]);
                printed[line].close();
            });
        }

        wg.wait();
    });
}
