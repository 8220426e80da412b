//! The second waits on a condition variable until the first has said that it has printed.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let printed = Arc::new((Mutex::new(false), Cond::new()));

        let tell = printed.clone();
        wg.go(move || {
            println!("first");
            *tell.0.lock() = true;
            tell.1.signal();
        });
        wg.go(move || {
            let mut is_printed = printed.0.lock();
            while !*is_printed {
                is_printed = printed.1.wait(is_printed);
            }
            println!("second");
        });

        wg.wait();
    });
}
