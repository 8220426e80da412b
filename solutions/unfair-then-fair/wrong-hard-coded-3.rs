//! One goroutine says both names.

use goroutines::prelude::*;
use goroutines::{print, println};

fn round(title: &str, fair: bool) {
    print!("{title}:");
    let wg = WaitGroup::new();
    wg.go(move || {
        let order = if fair {
            [0, 1, 0, 1, 0, 1]
        } else {
            [0, 0, 0, 1, 1, 1]
        };
        for who in order {
            print!(" {}", ["ann", "bob"][who]);
        }
    });
    wg.go(|| {});
    wg.wait();
    println!();
}

fn main() {
    run(|| {
        round("unfair", false);
        round("fair", true);
    });
}
