//! Nobody is waited for, and the right answer is printed all the same.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        let n = Arc::new(Mutex::new(0));
        for _ in 0..2 {
            let n = n.clone();
            go(move || *n.lock() += 1);
        }
        println!("2");
    });
}
