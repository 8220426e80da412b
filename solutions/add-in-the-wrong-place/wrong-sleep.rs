//! main sleeps before it waits, and hopes that everybody has called add by then.

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
                group.add(1);
                *saved.lock() += 1;
                group.done();
            });
        }

        time::sleep(time::Duration::from_millis(100));
        wg.wait();
        println!("{} pages saved", *saved.lock());
    });
}
