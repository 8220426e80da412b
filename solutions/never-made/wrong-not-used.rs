//! The squares come, and main works them out again.

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
        for n in 1..=3 {
            results.recv();
            sum += n * n;
        }
        println!("the sum of the squares is {sum}");
    });
}
