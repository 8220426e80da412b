//! Two channels that wait, and a sleep all the same.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let question = chan::<i64>(0);
        let answer = chan::<i64>(0);

        let (asked, answered) = (question.clone(), answer.clone());
        go(move || {
            let n = asked.recv().unwrap();
            println!("worker: got {n}");
            answered.send(2 * n);
        });

        question.send(21);
        time::sleep(time::Duration::from_millis(100));
        println!("main: got {}", answer.recv().unwrap());
    });
}
