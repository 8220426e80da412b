//! One channel with a buffer for both ways: main may take its own question as the answer.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let ch = chan::<i64>(1);

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
