//! The second goroutine receives what the first sends after it has printed.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let printed = chan::<()>(0);

        let tell = printed.clone();
        wg.go(move || {
            println!("first");
            tell.send(());
        });
        wg.go(move || {
            printed.recv();
            println!("second");
        });

        wg.wait();
    });
}
