//! Each goroutine receives its number from the loop.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let ids = chan::<i32>(0);

        let i = Shared::new(1);
        while i.get() <= 3 {
            let id = ids.clone();
            wg.go(move || println!("worker {}", id.recv().unwrap()));
            ids.send(i.get());
            i.set(i.get() + 1); // i++
        }

        wg.wait();
    });
}
