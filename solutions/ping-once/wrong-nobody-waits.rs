//! The question is set before the worker starts, and the answer is still only left somewhere.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let question = Shared::new(21);
        let answer = Shared::new(0);

        let (asked, answered) = (question.clone(), answer.clone());
        go(move || {
            let n = asked.get();
            println!("worker: got {n}");
            answered.set(2 * n);
        });

        println!("main: got {}", answer.get());
    });
}
