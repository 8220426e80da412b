//! Each goroutine gets a channel of its own.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let results = Chan::<i64>::nil();
        for n in 1..=3 {
            let results = chan::<i64>(0);
            go! { results.send(n * n); }
        }

        let mut sum = 0;
        for _ in 0..3 {
            sum += results.recv().unwrap();
        }
        println!("the sum of the squares is {sum}");
    });
}
