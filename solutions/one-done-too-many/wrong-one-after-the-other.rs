//! main waits for each goroutine before it starts the next.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        for page in 1..=3 {
            wg.go(move || {
                let outcome = if page == 2 { "not found" } else { "fetched" };
                println!("page {page}: {outcome}");
            });
            wg.wait();
        }
    });
}
