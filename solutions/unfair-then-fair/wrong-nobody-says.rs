//! Bob is started first, so that Ann runs first.

use goroutines::prelude::*;
use goroutines::{print, println};

fn round(title: &str, fair: bool) {
    let _ = fair;
    print!("{title}:");
    let wg = WaitGroup::new();
    for name in ["bob", "ann"] {
        wg.go(move || {
            for _slice in 1..=3 {
                print!(" {name}");
            }
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
