//! Soup first: main sleeps until it should be cooked.

use goroutines::prelude::*;
use goroutines::println;
use std::time::Duration;

fn main() {
    run(|| {
        go! {
            println!("cooked");
        }
        time::sleep(Duration::from_millis(10));
        println!("served");
    });
}
