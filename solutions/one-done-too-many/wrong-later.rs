//! The second `done` of page 2 comes later, and is still one too many.

use goroutines::prelude::*;
use goroutines::println;

fn fetch(page: i32, wg: &WaitGroup) {
    defer! { wg.done(); }

    if page == 2 {
        println!("page {page}: not found");
        wg.done();
        time::sleep(time::Duration::from_millis(100));
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
