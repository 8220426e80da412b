//! The answer is offered for a second.

use goroutines::prelude::*;
use goroutines::println;
use time::{Duration, Instant};

/// Something comes from `end` when the time is over.
fn finish(work: impl FnOnce() -> u32 + Send + 'static, end: &RecvChan<Instant>) -> Option<u32> {
    let answers = chan(0);
    let out = answers.clone();
    go! {
        let answer = work();
        select! {
            send(out, answer) => {}
            recv(time::after(Duration::from_secs(1))) => {}
        }
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
