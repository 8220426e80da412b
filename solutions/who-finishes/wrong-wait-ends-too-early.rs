//! Each goroutine says that it is done before it has printed.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        for part in ["eggs are", "tea is", "toast is"] {
            wg.add(1);
            let wg = wg.clone();
            go(move || {
                wg.done();
                println!("{part} ready");
            });
        }
        wg.wait();
    });
}
