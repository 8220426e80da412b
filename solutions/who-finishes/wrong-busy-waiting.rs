//! main asks again and again how many goroutines there are.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        for part in ["eggs are", "tea is", "toast is"] {
            go(move || {
                println!("{part} ready");
            });
        }
        while runtime::num_goroutine() > 1 {
            runtime::gosched();
        }
    });
}
