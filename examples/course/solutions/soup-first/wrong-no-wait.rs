//! Soup first: main does not wait.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        go! {
            println!("cooked");
        }
        println!("served");
    });
}
