//! Soup first: main waits until the cook is done.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        wg.go(|| println!("cooked"));
        wg.wait();
        println!("served");
    });
}
