//! The two shared variables stay, and two WaitGroups say when they may be read.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let (question, answer) = (Shared::new(0), Shared::new(0));
        let (has_question, has_answer) = (WaitGroup::new(), WaitGroup::new());
        has_question.add(1);
        has_answer.add(1);

        let (asked, answered) = (question.clone(), answer.clone());
        let (wait_for, tell) = (has_question.clone(), has_answer.clone());
        go(move || {
            wait_for.wait();
            let n = asked.get();
            println!("worker: got {n}");
            answered.set(2 * n);
            tell.done();
        });

        question.set(21);
        has_question.done();
        has_answer.wait();
        println!("main: got {}", answer.get());
    });
}
