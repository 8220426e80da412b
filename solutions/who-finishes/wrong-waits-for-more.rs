//! Four are added, and there are three.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        wg.add(4);
        for part in ["eggs are", "tea is", "toast is"] {
            let wg = wg.clone();
            go(move || {
                println!("{part} ready");
                wg.done();
            });
        }
        wg.wait();
    });
}
