//! main asks and answers itself.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let question = 21;
        println!("worker: got {question}");
        let answer = 2 * question;
        println!("main: got {answer}");
    });
}
