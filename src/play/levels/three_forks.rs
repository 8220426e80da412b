//! The level `three-forks`: three at a round table, three forks, and each needs the two beside him.

use goroutines::prelude::*;
use std::sync::Arc;

pub fn main() {
    let table = Arc::new([(); 3].map(Mutex::new));
    let wg = WaitGroup::new();
    let forks = table.clone();
    wg.go(move || {
        let _left = forks[0].lock();
        let _right = forks[1].lock();
    });
    let forks = table.clone();
    wg.go(move || {
        let _left = forks[1].lock();
        let _right = forks[2].lock();
    });
    let forks = table;
    wg.go(move || {
        let _left = forks[2].lock();
        let _right = forks[0].lock();
    });
    wg.wait();
}
