//! With a place in the buffer the first goroutine does not wait, and the second still does.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let printed = chan::<()>(1);
        let ended = chan::<()>(0);

        let tell = printed.clone();
        go! {
            println!("first");
            tell.send(());
        }
        let tell = ended.clone();
        go! {
            printed.recv();
            println!("second");
            tell.send(());
        }

        ended.recv();
    });
}
