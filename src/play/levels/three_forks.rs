//! The level `three-forks`: three at a round table, three forks, and each needs the two beside him.

use goroutines::prelude::*;
use std::sync::Arc;

pub fn main() {
    let forks = [(); 3].map(Mutex::new);
    let forks = Arc::new(forks);
    let wg = WaitGroup::new();
    for i in 0..3 {
        let forks = forks.clone();
        wg.go(move || {
            let (l, r) = (i, (i + 1) % 3);
            let _left = forks[l].lock();
            let _right = forks[r].lock();
        });
    }
    wg.wait();
}
