//! Each write and each read under a lock.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        let reports = chan::<Shared<i64>>(3);
        let lock = Arc::new(Mutex::new(()));
        let (out, theirs) = (reports.clone(), lock.clone());
        go! {
            let number = Shared::new(0);
            for n in 1..=3 {
                let held = theirs.lock();
                number.set(n);
                drop(held);
                out.send(number.clone());
            }
            out.close();
        }

        for number in &reports {
            let _held = lock.lock();
            println!("got {}", number.get());
        }
    });
}
