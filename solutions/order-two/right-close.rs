//! The first goroutine closes the channel: a receive from a closed channel returns at once.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let printed = chan::<()>(0);

        let end = printed.clone();
        wg.go(move || {
            println!("first");
            end.close();
        });
        wg.go(move || {
            printed.recv();
            println!("second");
        });

        wg.wait();
    });
}
