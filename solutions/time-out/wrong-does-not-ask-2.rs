//! Sleeps, and says None without a look.

use goroutines::prelude::*;
use goroutines::println;
use time::Duration;

fn ask(answers: &RecvChan<&'static str>, patience: Duration) -> Option<&'static str> {
    let _ = answers;
    time::sleep(patience);
    None
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
