//! Both send first, over one channel, so neither of them receives.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let ch = chan::<i64>(0);

        let worker = ch.clone();
        go(move || {
            worker.send(42);
            let n = worker.recv().unwrap();
            println!("worker: got {n}");
        });

        ch.send(21);
        println!("main: got {}", ch.recv().unwrap());
    });
}
