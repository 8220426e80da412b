//! Three goroutines that only call done, and main prints the lines.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        for page in 1..=3 {
            wg.add(1);
            let group = wg.clone();
            go(move || group.done());
            let outcome = if page == 2 { "not found" } else { "fetched" };
            println!("page {page}: {outcome}");
        }
        wg.wait();
    });
}
