//! The second goroutine sleeps and hopes that the first is done by then.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let n = Shared::new(0);
        let wg = WaitGroup::new();
        for id in 0..2 {
            let n = n.clone();
            wg.go(move || {
                time::sleep(time::Duration::from_millis(100 * id));
                n.set(n.get() + 1);
            });
        }
        wg.wait();
        println!("{}", n.get());
    });
}
