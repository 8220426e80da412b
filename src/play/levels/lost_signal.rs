//! The level `lost-signal`: one goroutine looks at a flag and then goes to sleep, the other one raises it and signals.

use goroutines::prelude::*;
use goroutines::sync::atomic::Bool;
use std::sync::Arc;

pub fn main() {
    let ready = Bool::new(false);
    let mu = Mutex::new(());
    let cond = Cond::new();
    let all = Arc::new((ready, mu, cond));
    let wg = WaitGroup::new();

    let its = all.clone();
    wg.go(move || {
        let (ready, mu, cond) = &*its;
        if !ready.load() {
            let held = mu.lock();
            drop(cond.wait(held));
        }
    });

    let its = all.clone();
    wg.go(move || {
        let (ready, _, cond) = &*its;
        ready.store(true);
        cond.signal();
    });

    wg.wait();
}
