//! Without `defer` every way out has its own `done`, as the last thing it does.

use goroutines::prelude::*;
use goroutines::println;

fn fetch(page: i32, wg: &WaitGroup) {
    if page == 2 {
        println!("page {page}: not found");
        wg.done();
        return;
    }
    println!("page {page}: fetched");
    wg.done();
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
