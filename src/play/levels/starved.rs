//! The level `starved`: one goroutine locks and unlocks again and again, the other one tries to get the lock in between.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

pub fn main() {
    let n = Arc::new(Mutex::new(0));
    let bell = chan(0);
    let wg = WaitGroup::new();

    let (busy, ring) = (n.clone(), bell.clone());
    wg.go(move || {
        for _ in 0..2 {
            ring.send(());
            *busy.lock() += 1;
        }
    });

    wg.go(move || {
        let mut had = 0;
        for _ in 0..2 {
            bell.recv();
            if n.try_lock().is_some() {
                had += 1;
            }
        }
        println!("had it: {}", had > 0);
    });

    wg.wait();
}
