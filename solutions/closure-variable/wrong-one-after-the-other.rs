//! The loop waits for each goroutine before it goes on.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let i = Shared::new(1);
        while i.get() <= 3 {
            let id = i.clone();
            wg.go(move || {
                println!("worker {}", id.get());
            });
            wg.wait();
            i.set(i.get() + 1); // i++
        }
        wg.wait();
    });
}
