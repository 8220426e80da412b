//! Each gets its number from a channel.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let ids = chan::<i32>(0);
        for _ in 0..3 {
            let ids = ids.clone();
            wg.go(move || println!("worker {}", ids.recv().unwrap()));
        }
        let i = Shared::new(1);
        while i.get() <= 3 {
            ids.send(i.get());
            i.set(i.get() + 1);
        }
        wg.wait();
    });
}
