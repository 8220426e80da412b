//! Each goroutine starts the next one.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let done = chan::<()>(0);
        let d = done.clone();
        go(move || {
            let e = d.clone();
            go(move || {
                let f = e.clone();
                go(move || {
                    println!("toast is ready");
                    f.send(());
                });
                println!("tea is ready");
                e.send(());
            });
            println!("eggs are ready");
            d.send(());
        });
        for _ in 0..3 {
            done.recv();
        }
    });
}
