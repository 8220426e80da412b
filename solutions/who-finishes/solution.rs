//! A WaitGroup counts the goroutines, and main waits until it is at zero.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        for part in ["eggs are", "tea is", "toast is"] {
            wg.go(move || {
                println!("{part} ready");
            });
        }
        wg.wait();
    });
}
