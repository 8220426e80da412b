//! Two goroutines are started, and main adds twice itself.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let n = Shared::new(0);
        let wg = WaitGroup::new();
        for _ in 0..2 {
            wg.go(|| {});
            n.set(n.get() + 1);
        }
        wg.wait();
        println!("{}", n.get());
    });
}
