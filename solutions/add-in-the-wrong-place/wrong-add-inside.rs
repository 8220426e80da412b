//! The add is made under a lock, and may still come after the wait.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        let saved = Arc::new(Mutex::new(0));
        let wg = WaitGroup::new();

        for _page in 1..=3 {
            let (saved, group) = (saved.clone(), wg.clone());
            go(move || {
                let mut saved = saved.lock();
                group.add(1);
                *saved += 1;
                group.done();
            });
        }

        wg.wait();
        println!("{} pages saved", *saved.lock());
    });
}
