//! main prints the line.

use goroutines::prelude::*;
use goroutines::{print, println};

fn round(title: &str, fair: bool) {
    let names = if fair {
        "ann bob ann bob ann bob"
    } else {
        "ann ann ann bob bob bob"
    };
    println!("{title}: {names}");
}

fn main() {
    run(|| {
        round("unfair", false);
        round("fair", true);
    });
}
