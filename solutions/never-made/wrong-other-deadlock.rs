//! main waits for the goroutines before it receives.

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
        wg.wait();

        let mut sum = 0;
        for _ in 0..3 {
            sum += results.recv().unwrap();
        }
        println!("the sum of the squares is {sum}");
    });
}
