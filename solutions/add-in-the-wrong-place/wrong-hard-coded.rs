//! Nobody is waited for, and the right answer is printed all the same.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        let saved = Arc::new(Mutex::new(0));
        for _ in 0..3 {
            let s = saved.clone();
            go(move || *s.lock() += 1);
        }
        println!("3 pages saved");
    });
}
