//! The panic is caught, and the counter is still wrong.

use goroutines::prelude::*;
use goroutines::println;

fn fetch(page: i32, wg: &WaitGroup) {
    defer! { wg.done(); }

    if page == 2 {
        println!("page {page}: not found");
        let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| wg.done()));
        return;
    }
    println!("page {page}: fetched");
}

fn main() {
    run(|| {
        let wg = WaitGroup::new();

        for page in 1..=3 {
            wg.add(1);
            let group = wg.clone();
            go(move || fetch(page, &group));
        }

        wg.wait();
    });
}
