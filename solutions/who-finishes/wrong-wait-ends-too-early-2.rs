//! main waits before the goroutines are started.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        wg.wait();
        for part in ["eggs are", "tea is", "toast is"] {
            wg.go(move || {
                println!("{part} ready");
            });
        }
    });
}
