//! The level `two-additions`: two goroutines add 1 to the same variable.

use goroutines::prelude::*;
use goroutines::println;

pub fn main() {
    let n = Shared::new(0);
    let wg = WaitGroup::new();
    for _ in 0..2 {
        let n = n.clone();
        wg.go(move || {
            let v = n.get();
            n.set(v + 1);
        });
    }
    wg.wait();
    println!("{}", n.get());
}
