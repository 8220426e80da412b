//! Closed when all three are done.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let results = chan::<i64>(0);
        let wg = WaitGroup::new();
        for n in 1..=3 {
            let results = results.clone();
            wg.go(move || results.send(n * n));
        }
        let done = results.clone();
        go! {
            wg.wait();
            done.close();
        }

        let sum: i64 = results.iter().sum();
        println!("the sum of the squares is {sum}");
    });
}
