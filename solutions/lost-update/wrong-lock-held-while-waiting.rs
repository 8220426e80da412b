//! main takes the lock before it waits for the two who need it.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        let n = Shared::new(0);
        let lock = Arc::new(Mutex::new(()));
        let wg = WaitGroup::new();
        for _ in 0..2 {
            let (n, lock) = (n.clone(), lock.clone());
            wg.go(move || {
                let _held = lock.lock();
                n.set(n.get() + 1);
            });
        }
        let _held = lock.lock();
        wg.wait();
        println!("{}", n.get());
    });
}
