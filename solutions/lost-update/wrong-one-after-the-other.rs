//! main waits for the first goroutine before it starts the second.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let n = Shared::new(0);
        let wg = WaitGroup::new();
        for _ in 0..2 {
            let counter = n.clone();
            wg.go(move || counter.set(counter.get() + 1));
            wg.wait();
        }
        println!("{}", n.get());
    });
}
