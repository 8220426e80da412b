//! A lock keeps the two apart, and says nothing about who comes first.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let lock = Arc::new(Mutex::new(()));
        for word in ["first", "second"] {
            let lock = lock.clone();
            wg.go(move || {
                let _held = lock.lock();
                println!("{word}");
            });
        }
        wg.wait();
    });
}
