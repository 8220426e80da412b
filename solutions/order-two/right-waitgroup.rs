//! A second WaitGroup that counts one print.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let printed = WaitGroup::new();
        printed.add(1);

        let first = printed.clone();
        wg.go(move || {
            println!("first");
            first.done();
        });
        wg.go(move || {
            printed.wait();
            println!("second");
        });

        wg.wait();
    });
}
