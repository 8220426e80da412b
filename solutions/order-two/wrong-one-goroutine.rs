//! One goroutine prints both words.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        wg.go(move || {
            println!("first");
            println!("second");
        });
        wg.wait();
    });
}
