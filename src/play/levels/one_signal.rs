//! The level `one-signal`: two who put and two who take wait at one condition, and each wakes one of those who wait.

use goroutines::prelude::*;
use std::sync::Arc;

pub fn main() {
    let full = Mutex::new(false);
    let cond = Cond::new();
    let all = Arc::new((full, cond));
    let wg = WaitGroup::new();
    for puts in [true, false, true, false] {
        let all = all.clone();
        wg.go(move || {
            let (full, cond) = &*all;
            let mut full = full.lock();
            while *full == puts {
                full = cond.wait(full);
            }
            *full = puts;
            cond.signal();
        });
    }
    wg.wait();
}
