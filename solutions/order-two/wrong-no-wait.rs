//! The order is right, and main does not wait for the second.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let printed = chan::<()>(0);

        let tell = printed.clone();
        go(move || {
            println!("first");
            tell.send(());
        });
        go(move || {
            printed.recv();
            println!("second");
        });
    });
}
