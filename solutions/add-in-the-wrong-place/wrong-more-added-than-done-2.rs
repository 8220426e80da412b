//! main adds, and the goroutines still add as well.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        let saved = Arc::new(Mutex::new(0));
        let wg = WaitGroup::new();

        for _page in 1..=3 {
            wg.add(1);
            let (saved, group) = (saved.clone(), wg.clone());
            go(move || {
                group.add(1);
                *saved.lock() += 1;
                group.done();
            });
        }

        wg.wait();
        println!("{} pages saved", *saved.lock());
    });
}
