//! main counts itself.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        for n in 1..=3 {
            println!("got {n}");
        }
    });
}
