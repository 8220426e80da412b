//! Each line sleeps a little longer than the one before.

use goroutines::prelude::*;
use goroutines::println;

const LETTER: [&str; 3] = ["Dear Ann,", "thank you for the book.", "Yours, Bob"];

fn main() {
    run(|| {
        let wg = WaitGroup::new();

        for line in 0..3 {
            wg.go(move || {
                time::sleep(time::Duration::from_millis(20 * line as u64));
                println!("{}", LETTER[line]);
            });
        }

        wg.wait();
    });
}
