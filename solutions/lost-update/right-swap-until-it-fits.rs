//! Each tries again until nobody has come between its read and its write.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        let n = Arc::new(sync::atomic::Int64::new(0));
        let wg = WaitGroup::new();
        for _ in 0..2 {
            let n = n.clone();
            wg.go(move || {
                loop {
                    let seen = n.load();
                    if n.compare_and_swap(seen, seen + 1) {
                        break;
                    }
                }
            });
        }
        wg.wait();
        println!("{}", n.load());
    });
}
