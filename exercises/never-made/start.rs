//! A channel that was never made
//!
//! Three goroutines square a number each and send it; main adds up. Nothing
//! comes, and the runtime reports that everybody waits. In Go this program
//! begins with `var results chan int`, and looks as harmless.
//!
//! It is right when it prints:
//!
//!     the sum of the squares is 14
//!
//! Type: gotour check never-made

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        // TODO: what is this, and what should it be?
        let results = Chan::<i64>::nil();
        for n in 1..=3 {
            let results = results.clone();
            go! { results.send(n * n); }
        }

        let mut sum = 0;
        for _ in 0..3 {
            sum += results.recv().unwrap();
        }
        println!("the sum of the squares is {sum}");
    });
}
