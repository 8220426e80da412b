//! A group of tasks.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let g = goroutines::errgroup::Group::new();
        for p in ["eggs are", "tea is", "toast is"] {
            g.go(move || {
                println!("{p} ready");
                Ok(())
            });
        }
        g.wait().unwrap();
    });
}
