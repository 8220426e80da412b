//! An answer to nobody
//!
//! Found in Kubernetes (pull request 5316): a request is handed to a goroutine,
//! and its answer is waited for, but only so long. `finish` is that function. It
//! is right in every test, and the server grows by a goroutine each time that
//! somebody gives up. Find the place, name the kind, and repair it. Whoever asks
//! must still be able to give up, and an answer that comes in time must arrive.
//! Leave main as it is.
//!
//! It is right when it prints these lines, and nobody is left behind:
//!
//!     quick: 200
//!     slow: gave up
//!
//! Type: gotour check answer-to-nobody

use goroutines::prelude::*;
use goroutines::println;
use time::{Duration, Instant};

/// Something comes from `end` when the time is over.
fn finish(work: impl FnOnce() -> u32 + Send + 'static, end: &RecvChan<Instant>) -> Option<u32> {
    // TODO: who receives what the worker sends, if nobody waits any more?
    let answers = chan(0);
    let out = answers.clone();
    go! {
        let answer = work();
        out.send(answer);
    }
    select! {
        recv(answers) -> answer => answer,
        recv(end) => None,
    }
}

fn main() {
    run(|| {
        let no_end = RecvChan::nil();
        match finish(|| 200, &no_end) {
            Some(answer) => println!("quick: {answer}"),
            None => println!("quick: gave up"),
        }

        // The slow one is done only after the one who asked has gone.
        let bell = chan::<()>(0);
        let rings = bell.receiver();
        let slow = move || {
            rings.recv();
            503
        };
        let end = time::after(Duration::from_millis(100));
        match finish(slow, &end) {
            Some(answer) => println!("slow: {answer}"),
            None => println!("slow: gave up"),
        }
        bell.close();
    });
}
