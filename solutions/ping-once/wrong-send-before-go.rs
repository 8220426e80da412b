//! main sends before there is a worker, and waits for ever.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let question = chan::<i64>(0);
        let answer = chan::<i64>(0);

        question.send(21);

        let (asked, answered) = (question.clone(), answer.clone());
        go(move || {
            let n = asked.recv().unwrap();
            println!("worker: got {n}");
            answered.send(2 * n);
        });

        println!("main: got {}", answer.recv().unwrap());
    });
}
