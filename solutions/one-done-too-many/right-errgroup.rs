//! A group of tasks.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let g = goroutines::errgroup::Group::new();
        for page in 1..=3 {
            g.go(move || {
                if page == 2 {
                    println!("page {page}: not found");
                    return Ok(());
                }
                println!("page {page}: fetched");
                Ok(())
            });
        }
        g.wait().unwrap();
    });
}
