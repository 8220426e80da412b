//! The number is read before the goroutine starts, and moved into it.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let i = Shared::new(1);
        while i.get() <= 3 {
            let id = i.get();
            wg.go(move || {
                println!("worker {id}");
            });
            i.set(i.get() + 1); // i++
        }
        wg.wait();
    });
}
