//! When all have ended, the value is taken out of its lock.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        let n = Arc::new(Mutex::new(0));
        let wg = WaitGroup::new();
        for _ in 0..2 {
            let n = n.clone();
            wg.go(move || *n.lock() += 1);
        }
        wg.wait();
        let counted = Arc::try_unwrap(n).expect("nobody else has it");
        println!("{}", counted.into_inner());
    });
}
