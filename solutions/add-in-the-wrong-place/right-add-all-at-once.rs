//! All three are added in one call, before the first goroutine is started.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        let saved = Arc::new(Mutex::new(0));
        let wg = WaitGroup::new();

        wg.add(3);
        for _page in 1..=3 {
            let (saved, group) = (saved.clone(), wg.clone());
            go! {
                defer! { group.done(); }
                *saved.lock() += 1;
            }
        }

        wg.wait();
        println!("{} pages saved", *saved.lock());
    });
}
