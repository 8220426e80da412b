//! The three steps that `WaitGroup::go` joins, by hand.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        wg.add(3);
        for part in ["eggs are", "tea is", "toast is"] {
            let wg = wg.clone();
            go! {
                defer! { wg.done(); }
                println!("{part} ready");
            }
        }
        wg.wait();
    });
}
