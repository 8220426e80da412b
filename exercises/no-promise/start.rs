//! An order that nobody promised
//!
//! Three goroutines each print one line of a letter. There is one P, so the one
//! that was started last runs first, then the others in the order of the queue.
//! Whoever wrote this program knew that, and started them so that the lines come
//! out right. `gotour run no-promise` shows it.
//!
//! Repair it: the lines must come in this order whatever the scheduler does. All
//! three goroutines are started before main waits, and each prints its line.
//!
//! It is right when it prints, in every schedule:
//!
//!     Dear Ann,
//!     thank you for the book.
//!     Yours, Bob
//!
//! Type: gotour check no-promise

use goroutines::prelude::*;
use goroutines::println;

const LETTER: [&str; 3] = ["Dear Ann,", "thank you for the book.", "Yours, Bob"];

fn main() {
    run(|| {
        runtime::gomaxprocs(1);
        let wg = WaitGroup::new();

        // TODO: what does the order of the lines rest on here?
        for line in [1, 2, 0] {
            wg.go(move || {
                println!("{}", LETTER[line]);
            });
        }

        wg.wait();
    });
}
