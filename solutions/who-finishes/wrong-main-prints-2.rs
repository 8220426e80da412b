//! Each goroutine only says that it is there, and main prints the three lines.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let done = chan::<()>(0);
        for _ in 0..3 {
            let done = done.clone();
            go(move || done.send(()));
        }
        for part in ["eggs are", "tea is", "toast is"] {
            done.recv();
            println!("{part} ready");
        }
    });
}
