//! The goroutines have nothing to do, and main prints.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let i = Shared::new(1);
        while i.get() <= 3 {
            wg.go(|| {});
            println!("worker {}", i.get());
            i.set(i.get() + 1); // i++
        }
        wg.wait();
    });
}
