//! Each goroutine sends its line once, and main receives three times.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let lines = chan::<String>(0);
        for page in 1..=3 {
            let lines = lines.clone();
            go! {
                let outcome = if page == 2 { "not found" } else { "fetched" };
                lines.send(format!("page {page}: {outcome}"));
            }
        }
        for _ in 1..=3 {
            println!("{}", lines.recv().unwrap());
        }
    });
}
