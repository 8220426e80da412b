//! A mutex is locked by one and unlocked by another, as Go allows.

use goroutines::prelude::*;
use goroutines::println;
use goroutines::sync::raw;
use std::sync::Arc;
const LETTER: [&str; 3] = ["Dear Ann,", "thank you for the book.", "Yours, Bob"];
fn main() {
    run(|| {
        let gates: Arc<Vec<raw::Mutex>> = Arc::new((0..4).map(|_| raw::Mutex::new()).collect());
        for g in gates.iter() {
            g.lock();
        }
        gates[0].unlock();
        for line in [2, 1, 0] {
            let gates = Arc::clone(&gates);
            go! {
                gates[line].lock();
                println!("{}", LETTER[line]);
                gates[line + 1].unlock();
            }
        }
        gates[3].lock();
    });
}
