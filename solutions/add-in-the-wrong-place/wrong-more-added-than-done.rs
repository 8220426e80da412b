//! Three are added in each round of the loop: nine adds, three dones.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        let saved = Arc::new(Mutex::new(0));
        let wg = WaitGroup::new();

        for _page in 1..=3 {
            wg.add(3);
            let (saved, group) = (saved.clone(), wg.clone());
            go(move || {
                *saved.lock() += 1;
                group.done();
            });
        }

        wg.wait();
        println!("{} pages saved", *saved.lock());
    });
}
