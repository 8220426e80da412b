//! main is in the group, too, as long as it starts others.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        let saved = Arc::new(Mutex::new(0));
        let wg = WaitGroup::new();
        wg.add(1);
        for _ in 0..3 {
            wg.add(1);
            let (s, g) = (saved.clone(), wg.clone());
            go(move || {
                *s.lock() += 1;
                g.done();
            });
        }
        wg.done();
        wg.wait();
        println!("{} pages saved", *saved.lock());
    });
}
