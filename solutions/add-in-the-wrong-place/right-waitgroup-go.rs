//! `WaitGroup::go` adds, starts and calls done, in the right places.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        let saved = Arc::new(Mutex::new(0));
        let wg = WaitGroup::new();

        for _page in 1..=3 {
            let saved = saved.clone();
            wg.go(move || *saved.lock() += 1);
        }

        wg.wait();
        println!("{} pages saved", *saved.lock());
    });
}
