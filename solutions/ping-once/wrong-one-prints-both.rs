//! The worker prints its own answer, too.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let question = chan::<i64>(0);
        let done = chan::<()>(0);

        let (asked, tell) = (question.clone(), done.clone());
        go(move || {
            let n = asked.recv().unwrap();
            println!("worker: got {n}");
            println!("main: got {}", 2 * n);
            tell.send(());
        });

        question.send(21);
        done.recv();
    });
}
