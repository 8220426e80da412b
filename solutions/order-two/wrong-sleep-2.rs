//! A timer in place of a message.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        wg.go(|| println!("first"));
        wg.go(|| {
            time::after(time::Duration::from_secs(1)).recv();
            println!("second");
        });
        wg.wait();
    });
}
