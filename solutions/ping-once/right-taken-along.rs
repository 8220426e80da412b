//! The worker takes its question along when it starts, and leaves its answer in a lock.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        let question = 21;
        let answer = Arc::new(Mutex::new(0));

        let wg = WaitGroup::new();
        let answered = answer.clone();
        wg.go(move || {
            println!("worker: got {question}");
            *answered.lock() = 2 * question;
        });
        wg.wait();
        println!("main: got {}", *answer.lock());
    });
}
