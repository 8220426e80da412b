//! main starts the second goroutine only when the first has ended.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        wg.go(move || {
            println!("first");
        });
        wg.wait();
        wg.go(move || {
            println!("second");
        });
        wg.wait();
    });
}
