//! main sleeps and does not wait, the counter is made high enough.

use goroutines::prelude::*;
use goroutines::println;

fn fetch(page: i32, wg: &WaitGroup) {
    defer! { wg.done(); }

    if page == 2 {
        println!("page {page}: not found");
        wg.done();
        return;
    }
    println!("page {page}: fetched");
}

fn main() {
    run(|| {
        let wg = WaitGroup::new();

        for page in 1..=3 {
            wg.add(2);
            let group = wg.clone();
            go(move || fetch(page, &group));
        }

        time::sleep(time::Duration::from_secs(1));
    });
}
