//! Two goroutines, of which one prints both words.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        wg.go(move || {
            println!("first");
            println!("second");
        });
        wg.go(move || {});
        wg.wait();
    });
}
