//! The load is atomic and the store is atomic, and the two together are not.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        let n = Arc::new(sync::atomic::Int64::new(0));
        let wg = WaitGroup::new();
        for _ in 0..2 {
            let n = n.clone();
            wg.go(move || n.store(n.load() + 1));
        }
        wg.wait();
        println!("{}", n.load());
    });
}
