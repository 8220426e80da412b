//! The level `first-come`: one goroutine relies on another one that was started earlier.

use goroutines::prelude::*;
use goroutines::println;

pub fn main() {
    let price = Shared::new(0);
    let wg = WaitGroup::new();

    let p = price.clone();
    wg.go(move || {
        p.set(30);
    });

    let p = price.clone();
    wg.go(move || {
        println!("price: {}", p.get());
    });

    wg.wait();
}
