//! With room for all three.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let results = chan::<i64>(3);
        for n in 1..=3 {
            let results = results.clone();
            go! { results.send(n * n); }
        }

        let sum: i64 = (0..3).filter_map(|_| results.recv()).sum();
        println!("the sum of the squares is {sum}");
    });
}
