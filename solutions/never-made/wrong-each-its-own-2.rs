//! The channel is made when the clones have been taken.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let mut results = Chan::<i64>::nil();
        for n in 1..=3 {
            let results = results.clone();
            go! { results.send(n * n); }
        }
        results = chan(0);

        let mut sum = 0;
        for _ in 0..3 {
            sum += results.recv().unwrap();
        }
        println!("the sum of the squares is {sum}");
    });
}
