//! The lock is right, but main reads without waiting.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        let n = Shared::new(0);
        let lock = Arc::new(Mutex::new(()));
        for _ in 0..2 {
            let (n, lock) = (n.clone(), lock.clone());
            go(move || {
                let _held = lock.lock();
                n.set(n.get() + 1);
            });
        }
        let _held = lock.lock();
        println!("{}", n.get());
    });
}
