//! A range that is one too long.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let results = chan::<i64>(0);
        for n in 1..=3 {
            let results = results.clone();
            go! { results.send(n * n); }
        }

        let mut sum = 0;
        for _ in 0..=3 {
            sum += results.recv().unwrap();
        }
        println!("the sum of the squares is {sum}");
    });
}
