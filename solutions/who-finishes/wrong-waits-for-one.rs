//! main waits for one of the three.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let done = chan::<()>(0);
        for part in ["eggs are", "tea is", "toast is"] {
            let done = done.clone();
            go(move || {
                println!("{part} ready");
                done.send(());
            });
        }
        done.recv();
    });
}
