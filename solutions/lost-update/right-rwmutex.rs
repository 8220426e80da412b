//! A lock for readers and writers, taken for writing.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        let n = Arc::new(RWMutex::new(0));
        let wg = WaitGroup::new();
        for _ in 0..2 {
            let n = n.clone();
            wg.go(move || *n.write() += 1);
        }
        wg.wait();
        println!("{}", *n.read());
    });
}
