//! Ask, and get an answer
//!
//! main has a number for a worker goroutine; the worker answers with twice that
//! number. Now they leave each other notes in two shared variables, and neither
//! of them waits: the worker reads before there is a question, main reads before
//! there is an answer. Hand both numbers over so that whoever needs one waits
//! for it. The worker must stay a goroutine, and nobody sleeps.
//!
//! It is right when it prints, whoever runs first:
//!
//!     worker: got 21
//!     main: got 42
//!
//! You can use channels, which hand over a value and wait:
//!     let ch = chan::<i64>(0);         make one; `ch.clone()` is another handle
//!     ch.send(21);                     give a value, and wait until it is taken
//!     let n = ch.recv().unwrap();      wait for a value, and take it
//!
//! Type: gotour check ping-once

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        // TODO: replace these two by something that waits.
        let question = Shared::new(0);
        let answer = Shared::new(0);

        let (asked, answered) = (question.clone(), answer.clone());
        go(move || {
            let n = asked.get();
            println!("worker: got {n}");
            answered.set(2 * n);
        });

        question.set(21);
        println!("main: got {}", answer.get());
    });
}
