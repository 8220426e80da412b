//! main takes a lock for the first goroutine, which gives it back when it has printed.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let not_yet = Arc::new(sync::raw::Mutex::new());
        not_yet.lock();

        let lock = not_yet.clone();
        wg.go(move || {
            println!("first");
            lock.unlock();
        });
        wg.go(move || {
            not_yet.lock();
            println!("second");
        });

        wg.wait();
    });
}
