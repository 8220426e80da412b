//! main does everything itself, one after the other.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        for part in ["eggs are", "tea is", "toast is"] {
            println!("{part} ready");
        }
    });
}
