//! main asks again and again whether the answer is there.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let question = chan::<i64>(1);
        let answer = chan::<i64>(1);

        let (asked, answered) = (question.clone(), answer.clone());
        go(move || {
            let n = asked.recv().unwrap();
            println!("worker: got {n}");
            answered.send(2 * n);
        });

        question.send(21);
        let got = loop {
            match answer.try_recv() {
                Ok(n) => break n.unwrap(),
                Err(_) => runtime::gosched(),
            }
        };
        println!("main: got {got}");
    });
}
