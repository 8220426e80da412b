//! Only so long
//!
//! main asks a clerk and is ready to wait for 100 ms. The clerk is out, and comes
//! back only when main has given up and rings for him. So whoever waits without
//! end here waits for ever. Write ask: it returns the answer if one comes in
//! time, and None when the time is over, not earlier. Leave main as it is.
//!
//! It is right when it prints:
//!
//!     no answer in time
//!     later: approved
//!
//! What helps: time::after(d) is a channel from which something comes after d.
//!
//! Type: gotour check time-out

use goroutines::prelude::*;
use goroutines::println;
use time::Duration;

fn ask(answers: &RecvChan<&'static str>, patience: Duration) -> Option<&'static str> {
    // TODO: wait for an answer, but only so long.
    let _ = patience;
    answers.recv()
}

fn main() {
    run(|| {
        let (answers, bell) = (chan::<&'static str>(0), chan::<()>(0));
        let (clerk, rings) = (answers.sender(), bell.receiver());
        go! {
            rings.recv();
            clerk.send("approved");
        }

        let patience = Duration::from_millis(100);
        let start = time::now();
        match ask(&answers.receiver(), patience) {
            Some(answer) => println!("in time: {answer}"),
            None if time::since(start) < patience => println!("gave up too early"),
            None if time::since(start) >= 2 * patience => println!("gave up too late"),
            None => println!("no answer in time"),
        }
        bell.close();
        println!("later: {}", answers.recv().unwrap());
    });
}
