//! The goroutines send their lines, main prints them.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let c = chan::<String>(3);
        for page in 1..=3 {
            let c = c.clone();
            go(move || {
                c.send(format!(
                    "page {page}: {}",
                    if page == 2 { "not found" } else { "fetched" }
                ))
            });
        }
        for _ in 0..3 {
            println!("{}", c.recv().unwrap());
        }
    });
}
