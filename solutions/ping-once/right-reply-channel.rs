//! The question brings the channel for its answer along.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let questions = chan::<(i64, Chan<i64>)>(1);

        let asked = questions.clone();
        go! {
            let (n, answer) = asked.recv().unwrap();
            println!("worker: got {n}");
            answer.send(2 * n);
        }

        let answer = chan::<i64>(1);
        questions.send((21, answer.clone()));
        println!("main: got {}", answer.recv().unwrap());
    });
}
