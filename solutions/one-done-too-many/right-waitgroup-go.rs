//! `WaitGroup::go` calls `done` itself, so `fetch` need not know the group.

use goroutines::prelude::*;
use goroutines::println;

fn fetch(page: i32) {
    match page {
        2 => println!("page {page}: not found"),
        _ => println!("page {page}: fetched"),
    }
}

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        for page in 1..=3 {
            wg.go(move || fetch(page));
        }
        wg.wait();
    });
}
