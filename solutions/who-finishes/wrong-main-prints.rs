//! The goroutines do nothing, main prints the three lines.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        for _ in 0..3 {
            wg.go(|| {});
        }
        wg.wait();
        println!("eggs are ready");
        println!("tea is ready");
        println!("toast is ready");
    });
}
