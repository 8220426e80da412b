//! Messages order the lines, and a sleep is there beside them.

use goroutines::prelude::*;
use goroutines::println;

const LETTER: [&str; 3] = ["Dear Ann,", "thank you for the book.", "Yours, Bob"];

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let printed: Vec<Chan<()>> = (0..3).map(|_| chan(0)).collect();

        for line in 0..3 {
            let printed = printed.clone();
            wg.go(move || {
                time::sleep(time::Duration::from_millis(line as u64));
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
