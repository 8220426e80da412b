//! main prints both words and needs nobody.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        println!("first");
        println!("second");
    });
}
