//! main sends the question and does not wait for the answer.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let question = chan::<i64>(0);

        let asked = question.clone();
        go(move || {
            let n = asked.recv().unwrap();
            println!("worker: got {n}");
        });

        question.send(21);
        println!("main: got {}", 2 * 21);
    });
}
