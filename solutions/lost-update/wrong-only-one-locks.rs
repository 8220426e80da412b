//! One goroutine takes the lock, the other one does not.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        let n = Shared::new(0);
        let lock = Arc::new(Mutex::new(()));
        let wg = WaitGroup::new();

        let (first, guard) = (n.clone(), lock.clone());
        wg.go(move || {
            let _held = guard.lock();
            first.set(first.get() + 1);
        });
        let second = n.clone();
        wg.go(move || second.set(second.get() + 1));

        wg.wait();
        let _held = lock.lock();
        println!("{}", n.get());
    });
}
