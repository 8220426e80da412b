//! The worker says that it is done, and main works it out.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let (question, answer) = (chan::<i64>(0), chan::<()>(0));
        let (asked, answered) = (question.clone(), answer.clone());
        go! {
            let n = asked.recv().unwrap();
            println!("worker: got {n}");
            answered.send(());
        }
        question.send(21);
        answer.recv();
        println!("main: got {}", 2 * 21);
    });
}
