//! Every access is under a lock, and the goroutine still reads too late.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let i = Arc::new(Mutex::new(1));
        while *i.lock() <= 3 {
            let id = i.clone();
            wg.go(move || {
                println!("worker {}", *id.lock());
            });
            *i.lock() += 1;
        }
        wg.wait();
    });
}
