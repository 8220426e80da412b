//! The loop sleeps after each start, and hopes that the goroutine has read by then.

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
            time::sleep(time::Duration::from_millis(20));
            i.set(i.get() + 1); // i++
        }
        wg.wait();
    });
}
