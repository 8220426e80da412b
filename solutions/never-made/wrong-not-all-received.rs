//! main receives once.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let results = chan::<i64>(0);
        for n in 1..=3 {
            let results = results.clone();
            go! { results.send(n * n); }
        }

        let sum = results.recv().unwrap();
        println!("the sum of the squares is {sum}");
    });
}
