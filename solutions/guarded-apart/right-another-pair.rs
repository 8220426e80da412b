//! The purse is never changed: another one takes its place.

use goroutines::prelude::*;
use goroutines::println;
use goroutines::sync::atomic::Pointer;
use std::sync::Arc;

/// The purse is a value that is never changed: another one takes its place.
fn main() {
    run(|| {
        let purse = Arc::new(Pointer::new(Some(Arc::new((70, 30)))));
        let wg = WaitGroup::new();
        let mine = purse.clone();
        wg.go(move || {
            for _ in 0..2 {
                let now = mine.load().unwrap();
                mine.store(Some(Arc::new((now.0 - 10, now.1 + 10))));
            }
        });
        wg.go(move || {
            for _ in 0..2 {
                let now = purse.load().unwrap();
                println!("{} coins", now.0 + now.1);
            }
        });
        wg.wait();
    });
}
