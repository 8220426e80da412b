//! Both sides look at the shared variable until it changes.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let question = Shared::new(0);
        let answer = Shared::new(0);

        let (asked, answered) = (question.clone(), answer.clone());
        go(move || {
            while asked.get() == 0 {
                runtime::gosched();
            }
            let n = asked.get();
            println!("worker: got {n}");
            answered.set(2 * n);
        });

        question.set(21);
        while answer.get() == 0 {
            runtime::gosched();
        }
        println!("main: got {}", answer.get());
    });
}
