//! Numbers go over, and neither side prints what it got.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let question = chan::<i64>(0);
        let answer = chan::<i64>(0);

        let (asked, answered) = (question.clone(), answer.clone());
        go(move || {
            asked.recv();
            println!("worker: got 21");
            answered.send(42);
        });

        question.send(21);
        answer.recv();
        println!("main: got 42");
    });
}
