//! The first goroutine says that it has printed before it has.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let printed = chan::<()>(0);

        let tell = printed.clone();
        wg.go(move || {
            tell.send(());
            println!("first");
        });
        wg.go(move || {
            printed.recv();
            println!("second");
        });

        wg.wait();
    });
}
