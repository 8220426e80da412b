//! A group of tasks.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        let saved = Arc::new(Mutex::new(0));
        let g = goroutines::errgroup::Group::new();
        for _ in 0..3 {
            let s = saved.clone();
            g.go(move || {
                *s.lock() += 1;
                Ok(())
            });
        }
        g.wait().unwrap();
        println!("{} pages saved", *saved.lock());
    });
}
