//! On one way out done comes before the print.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        for page in 1..=3 {
            wg.add(1);
            let g = wg.clone();
            go(move || {
                if page == 2 {
                    g.done();
                    println!("page 2: not found");
                    return;
                }
                println!("page {page}: fetched");
                g.done();
            });
        }
        wg.wait();
    });
}
