//! The second goroutine sleeps and hopes that the first has printed by then.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        wg.go(move || {
            println!("first");
        });
        wg.go(move || {
            time::sleep(time::Duration::from_millis(100));
            println!("second");
        });
        wg.wait();
    });
}
