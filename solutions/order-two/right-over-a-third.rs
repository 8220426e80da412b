//! A third goroutine passes the message on.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let (a, b) = (chan::<()>(0), chan::<()>(0));
        let (x, y, z) = (a.clone(), a, b.clone());
        wg.go(move || {
            println!("first");
            x.send(());
        });
        wg.go(move || {
            y.recv();
            z.send(());
        });
        wg.go(move || {
            b.recv();
            println!("second");
        });
        wg.wait();
    });
}
