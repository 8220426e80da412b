//! The question goes over a channel, the answer still through a shared variable.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let question = chan::<i64>(0);
        let answer = Shared::new(0);

        let (asked, answered) = (question.clone(), answer.clone());
        go(move || {
            let n = asked.recv().unwrap();
            println!("worker: got {n}");
            answered.set(2 * n);
        });

        question.send(21);
        println!("main: got {}", answer.get());
    });
}
