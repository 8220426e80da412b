//! main gives way a thousand times and hopes that this is enough.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        for part in ["eggs are", "tea is", "toast is"] {
            go(move || {
                println!("{part} ready");
            });
        }
        for _ in 0..1000 {
            runtime::gosched();
        }
    });
}
