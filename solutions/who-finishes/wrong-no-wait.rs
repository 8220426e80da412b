//! The goroutines are counted, and nobody waits for the count.

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
    });
}
