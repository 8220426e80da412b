//! The level `after-you`: two polite goroutines that give back what they have when they cannot have the rest.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn eat(one: &Mutex<()>, two: &Mutex<()>) -> bool {
    for _ in 0..2 {
        let _one = one.lock();
        if two.try_lock().is_some() {
            return true;
        }
    }
    false
}

pub fn main() {
    let spoon = Arc::new(Mutex::new(()));
    let bowl = Arc::new(Mutex::new(()));
    let wg = WaitGroup::new();

    let (s, b) = (spoon.clone(), bowl.clone());
    wg.go(move || {
        let ate = eat(&s, &b);
        println!("ate: {ate}");
    });
    wg.go(move || {
        let ate = eat(&bowl, &spoon);
        println!("ate: {ate}");
    });

    wg.wait();
}
