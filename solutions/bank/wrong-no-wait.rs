//! main does not wait, it sleeps.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        runtime::gomaxprocs(4);
        let balance = Arc::new(Mutex::new(0));
        for by in [1, -1] {
            for _ in 0..100 {
                let balance = balance.clone();
                go(move || {
                    *balance.lock() += by;
                });
            }
        }

        time::sleep(time::Duration::from_millis(100));
        println!("balance: ${}", *balance.lock());
    });
}
