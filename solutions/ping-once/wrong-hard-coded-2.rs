//! Empty messages make each side wait, and the numbers are written down on both.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let question = chan::<()>(0);
        let answer = chan::<()>(0);

        let (asked, answered) = (question.clone(), answer.clone());
        go(move || {
            asked.recv();
            println!("worker: got 21");
            answered.send(());
        });

        question.send(());
        answer.recv();
        println!("main: got 42");
    });
}
