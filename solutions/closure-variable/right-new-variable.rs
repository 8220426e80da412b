//! As `i := i` in Go: each round makes a variable that starts with the loop's value.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let i = Shared::new(1);
        while i.get() <= 3 {
            let id = Shared::new(i.get());
            wg.go(move || {
                println!("worker {}", id.get());
            });
            i.set(i.get() + 1); // i++
        }
        wg.wait();
    });
}
