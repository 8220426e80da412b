//! The default of a channel is nil.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let results: Chan<i64> = Default::default();
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
