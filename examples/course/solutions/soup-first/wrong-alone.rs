//! Soup first: main cooks, too.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        println!("cooked");
        println!("served");
    });
}
