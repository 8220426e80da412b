//! main fetches the pages itself, one after the other.

use goroutines::prelude::*;
use goroutines::println;

fn fetch(page: i32) {
    if page == 2 {
        println!("page {page}: not found");
        return;
    }
    println!("page {page}: fetched");
}

fn main() {
    run(|| {
        for page in 1..=3 {
            fetch(page);
        }
    });
}
