//! The order of the two `go` calls is swapped: who is started later often runs first.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        wg.go(move || {
            println!("second");
        });
        wg.go(move || {
            println!("first");
        });
        wg.wait();
    });
}
