//! The second goroutine gives way ten times and hopes that this is enough.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        wg.go(move || {
            println!("first");
        });
        wg.go(move || {
            for _ in 0..10 {
                runtime::gosched();
            }
            println!("second");
        });
        wg.wait();
    });
}
