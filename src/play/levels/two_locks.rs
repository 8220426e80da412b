//! The level `two-locks`: each of two goroutines needs both locks, and takes them in its own order.

use goroutines::prelude::*;
use std::sync::Arc;

pub fn main() {
    let pen = Arc::new(Mutex::new(()));
    let ink = Arc::new(Mutex::new(()));
    let wg = WaitGroup::new();

    let (p, i) = (pen.clone(), ink.clone());
    wg.go(move || {
        let _pen = p.lock();
        let _ink = i.lock();
    });

    let (p, i) = (pen.clone(), ink.clone());
    wg.go(move || {
        let _ink = i.lock();
        let _pen = p.lock();
    });

    wg.wait();
}
