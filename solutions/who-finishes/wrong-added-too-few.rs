//! The counter starts at two, and there are three: main goes on too early.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        wg.add(2);
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
