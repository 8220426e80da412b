//! The second waits for the message, but no longer than a minute.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let wg = WaitGroup::new();
        let ch = chan::<()>(1);
        let c = ch.clone();
        wg.go(move || {
            println!("first");
            c.send(());
        });
        wg.go(move || {
            select! { recv(ch) => {}, recv(time::after(time::Duration::from_secs(60))) => {} }
            println!("second");
        });
        wg.wait();
    });
}
