//! A function makes the closure, and gets the number.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let i = Shared::new(1);
        let worker = |id: i32| move || println!("worker {id}");
        while i.get() <= 3 {
            wg.go(worker(i.get()));
            i.set(i.get() + 1);
        }
        wg.wait();
    });
}
