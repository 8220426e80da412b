//! The second goroutine looks at a shared variable until it changes.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let printed = Shared::new(false);

        let flag = printed.clone();
        wg.go(move || {
            println!("first");
            flag.set(true);
        });
        wg.go(move || {
            while !printed.get() {
                runtime::gosched();
            }
            println!("second");
        });

        wg.wait();
    });
}
