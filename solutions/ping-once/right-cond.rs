//! A lock and a condition.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        let s = Arc::new((Mutex::new((None::<i64>, None::<i64>)), Cond::new()));
        let t = s.clone();
        go(move || {
            let mut g = t.0.lock();
            while g.0.is_none() {
                g = t.1.wait(g);
            }
            let n = g.0.unwrap();
            println!("worker: got {n}");
            g.1 = Some(2 * n);
            t.1.broadcast();
        });
        {
            let mut g = s.0.lock();
            g.0 = Some(21);
            s.1.broadcast();
            while g.1.is_none() {
                g = s.1.wait(g);
            }
            println!("main: got {}", g.1.unwrap());
        }
    });
}
