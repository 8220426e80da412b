//! Each waits until the context of the one before is cancelled.

use goroutines::prelude::*;
use goroutines::println;

const LETTER: [&str; 3] = ["Dear Ann,", "thank you for the book.", "Yours, Bob"];

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let (begin, start) = context::with_cancel(&context::background());
        let mut before = begin;
        for line in LETTER {
            let (said, say) = context::with_cancel(&context::background());
            let waits = std::mem::replace(&mut before, said);
            wg.go(move || {
                waits.done().recv();
                println!("{line}");
                say();
            });
        }
        start();
        wg.wait();
    });
}
