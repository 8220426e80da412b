//! The panic of one done too many is caught.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        for page in 1..=3 {
            wg.add(1);
            let g = wg.clone();
            go(move || {
                let h = g.clone();
                if page == 2 {
                    println!("page 2: not found");
                    g.done();
                } else {
                    println!("page {page}: fetched");
                }
                let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| h.done()));
            });
        }
        wg.wait();
    });
}
