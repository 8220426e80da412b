//! Without a buffer a send waits for its receiver, so the second may also be the sender.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let printed = chan::<()>(0);

        let taken = printed.clone();
        wg.go(move || {
            println!("first");
            taken.recv();
        });
        wg.go(move || {
            printed.send(());
            println!("second");
        });

        wg.wait();
    });
}
