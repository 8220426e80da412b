//! Without a buffer one channel is enough: nobody can receive what he sends himself.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let ch = chan::<i64>(0);

        let worker = ch.clone();
        go(move || {
            let n = worker.recv().unwrap();
            println!("worker: got {n}");
            worker.send(2 * n);
        });

        ch.send(21);
        println!("main: got {}", ch.recv().unwrap());
    });
}
