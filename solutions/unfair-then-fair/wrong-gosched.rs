//! Bob gives way before he eats; in the fair round both do after each slice.

use goroutines::prelude::*;
use goroutines::{print, println};

fn round(title: &str, fair: bool) {
    print!("{title}:");
    let wg = WaitGroup::new();
    for name in ["ann", "bob"] {
        wg.go(move || {
            if name == "bob" {
                runtime::gosched();
            }
            for _slice in 1..=3 {
                print!(" {name}");
                if fair {
                    runtime::gosched();
                }
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
