//! The second goroutine sends and the first receives, over a buffer: the sender does not wait.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let printed = chan::<()>(1);

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
