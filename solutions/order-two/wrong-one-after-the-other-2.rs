//! The first goroutine starts the second one when it has printed.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let g = wg.clone();
        wg.go(move || {
            println!("first");
            g.go(|| println!("second"));
        });
        wg.wait();
    });
}
