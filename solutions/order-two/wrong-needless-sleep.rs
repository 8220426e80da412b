//! A channel orders the two, and a sleep is there all the same.

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
            time::sleep(time::Duration::from_millis(100));
            printed.recv();
            println!("second");
        });

        wg.wait();
    });
}
