//! The level `half-moved`: somebody adds up two accounts while money is on its way between them.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

pub fn main() {
    let ann = Arc::new(Mutex::new(60));
    let bob = Arc::new(Mutex::new(40));
    let wg = WaitGroup::new();

    let (a, b) = (ann.clone(), bob.clone());
    wg.go(move || {
        *a.lock() -= 10;
        *b.lock() += 10;
    });

    let (a, b) = (ann.clone(), bob.clone());
    wg.go(move || {
        let here = *a.lock();
        let there = *b.lock();
        println!("{}", here + there);
    });

    wg.wait();
}
