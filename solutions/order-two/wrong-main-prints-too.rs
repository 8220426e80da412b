//! main prints the second word, when both goroutines have ended.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        wg.go(move || {
            println!("first");
        });
        wg.go(move || {});
        wg.wait();
        println!("second");
    });
}
