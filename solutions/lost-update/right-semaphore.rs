//! A semaphore of one.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        let n = Shared::new(0);
        let s = Arc::new(goroutines::semaphore::Weighted::new(1));
        let wg = WaitGroup::new();
        for _ in 0..2 {
            let (n, s) = (n.clone(), s.clone());
            wg.go(move || {
                s.acquire(&goroutines::context::background(), 1).unwrap();
                n.update(|v| v + 1);
                s.release(1);
            });
        }
        wg.wait();
        println!("{}", n.get());
    });
}
