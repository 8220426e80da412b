//! main closes what was never made.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let results = Chan::<i64>::nil();
        for n in 1..=3 {
            let results = results.clone();
            go! { results.send(n * n); }
        }
        results.close();

        let sum: i64 = results.iter().sum();
        println!("the sum of the squares is {sum}");
    });
}
