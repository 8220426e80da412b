//! The level `last-seat`: two buyers, one seat, and a lock that is given back too early.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

pub fn main() {
    let seats = Arc::new(Mutex::new(1));
    let wg = WaitGroup::new();
    for _ in 0..2 {
        let seats = seats.clone();
        wg.go(move || {
            let free = *seats.lock() > 0;
            if free {
                *seats.lock() -= 1;
                println!("sold");
            }
        });
    }
    wg.wait();
}
