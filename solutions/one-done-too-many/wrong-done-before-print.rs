//! `done` is called once, and before the line is printed.

use goroutines::prelude::*;
use goroutines::println;

fn fetch(page: i32, wg: &WaitGroup) {
    wg.done();

    if page == 2 {
        println!("page {page}: not found");
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
