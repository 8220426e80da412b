//! An atomic flag, asked again and again.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let f = Arc::new(goroutines::sync::atomic::Bool::new(false));
        let g = f.clone();
        wg.go(move || {
            println!("first");
            g.store(true);
        });
        wg.go(move || {
            while !f.load() {}
            println!("second");
        });
        wg.wait();
    });
}
