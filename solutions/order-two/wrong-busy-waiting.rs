//! The second goroutine asks again and again whether a message is there.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let printed = chan::<()>(1);

        let tell = printed.clone();
        wg.go(move || {
            println!("first");
            tell.send(());
        });
        wg.go(move || {
            while printed.try_recv().is_err() {
                runtime::gosched();
            }
            println!("second");
        });

        wg.wait();
    });
}
