//! main waits for something that never comes.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        for part in ["eggs are", "tea is", "toast is"] {
            go(move || {
                println!("{part} ready");
            });
        }
        let never = chan::<()>(0);
        never.recv();
    });
}
