//! The turn is handed over once, in both rounds.

use goroutines::prelude::*;
use goroutines::{print, println};

fn round(title: &str, fair: bool) {
    let _ = fair;
    print!("{title}:");
    let wg = WaitGroup::new();
    let ann_is_done = chan::<()>(1);
    let done = ann_is_done.clone();
    wg.go(move || {
        (0..3).for_each(|_| print!(" ann"));
        done.send(());
    });
    wg.go(move || {
        ann_is_done.recv();
        (0..3).for_each(|_| print!(" bob"));
    });
    wg.wait();
    println!();
}

fn main() {
    run(|| {
        round("unfair", false);
        round("fair", true);
    });
}
