//! main sleeps and hopes that the others are done by then.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        for part in ["eggs are", "tea is", "toast is"] {
            go(move || {
                println!("{part} ready");
            });
        }
        time::sleep(time::Duration::from_secs(1));
    });
}
