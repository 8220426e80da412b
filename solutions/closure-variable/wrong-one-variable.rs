//! The number is read into a local variable, but inside the goroutine.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let i = Shared::new(1);
        while i.get() <= 3 {
            let variable = i.clone();
            wg.go(move || {
                let id = variable.get();
                println!("worker {id}");
            });
            i.set(i.get() + 1); // i++
        }
        wg.wait();
    });
}
