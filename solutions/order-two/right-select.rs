//! Both sides in a select.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let ch = chan::<()>(0);
        let c = ch.clone();
        wg.go(move || {
            println!("first");
            select! { send(c, ()) => {} }
        });
        wg.go(move || {
            select! { recv(ch) => {} }
            println!("second");
        });
        wg.wait();
    });
}
