//! The number is an argument: `start` copies it when it is called.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let start = |id: i32| wg.go(move || println!("worker {id}"));

        let i = Shared::new(1);
        while i.get() <= 3 {
            start(i.get());
            i.update(|i| i + 1); // i++
        }
        wg.wait();
    });
}
