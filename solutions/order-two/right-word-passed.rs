//! The first sends the word that the second prints.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let ch = chan::<&str>(0);
        let c = ch.clone();
        wg.go(move || {
            println!("first");
            c.send("second");
        });
        wg.go(move || {
            let word = ch.recv().unwrap();
            println!("{word}");
        });
        wg.wait();
    });
}
