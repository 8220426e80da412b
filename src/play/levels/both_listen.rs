//! The level `both-listen`: of two goroutines the first one is to listen, and each finds out alone whether it is the first.

use goroutines::prelude::*;
use goroutines::sync::atomic::Bool;
use std::sync::Arc;

pub fn main() {
    let ch = chan(0);
    let begun = Arc::new(Bool::new(false));
    let wg = WaitGroup::new();
    for _ in 0..2 {
        let ch = ch.clone();
        let begun = begun.clone();
        wg.go(move || {
            let second = begun.load();
            begun.store(true);
            if second {
                ch.send("hello");
            } else {
                ch.recv();
            }
        });
    }
    wg.wait();
}
