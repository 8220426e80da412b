//! Both sides sleep and hope that the other has written by then.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let question = Shared::new(0);
        let answer = Shared::new(0);

        let (asked, answered) = (question.clone(), answer.clone());
        go(move || {
            time::sleep(time::Duration::from_millis(50));
            let n = asked.get();
            println!("worker: got {n}");
            answered.set(2 * n);
        });

        question.set(21);
        time::sleep(time::Duration::from_millis(100));
        println!("main: got {}", answer.get());
    });
}
