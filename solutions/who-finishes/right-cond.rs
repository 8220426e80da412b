//! A count, and a condition.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        let s = Arc::new((Mutex::new(0), Cond::new()));
        for p in ["eggs are", "tea is", "toast is"] {
            let s = s.clone();
            go(move || {
                println!("{p} ready");
                *s.0.lock() += 1;
                s.1.signal();
            });
        }
        let mut g = s.0.lock();
        while *g < 3 {
            g = s.1.wait(g);
        }
    });
}
