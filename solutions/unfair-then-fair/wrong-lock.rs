//! A lock for a slice, or for all three.

use goroutines::prelude::*;
use goroutines::{print, println};
use std::sync::Arc;

fn round(title: &str, fair: bool) {
    print!("{title}:");
    let wg = WaitGroup::new();
    let cake = Arc::new(Mutex::new(()));
    for name in ["ann", "bob"] {
        let cake = cake.clone();
        wg.go(move || {
            let all = (!fair).then(|| cake.lock());
            for _slice in 1..=3 {
                let _one = fair.then(|| cake.lock());
                print!(" {name}");
            }
            drop(all);
        });
    }
    wg.wait();
    println!();
}

fn main() {
    run(|| {
        round("unfair", false);
        round("fair", true);
    });
}
