//! Each goroutine sends when it has printed, and main receives three times.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let done = chan::<()>(3);
        for part in ["eggs are", "tea is", "toast is"] {
            let done = done.clone();
            go(move || {
                println!("{part} ready");
                done.send(());
            });
        }
        for _ in 0..3 {
            done.recv();
        }
    });
}
