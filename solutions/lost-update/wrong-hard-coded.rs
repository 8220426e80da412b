//! The right answer is printed, the counter is not looked at.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let n = Shared::new(0);
        let wg = WaitGroup::new();
        for _ in 0..2 {
            let n = n.clone();
            wg.go(move || n.set(n.get() + 1));
        }
        wg.wait();
        println!("2");
    });
}
