//! Every worker closes the channel after its result, and only one may.

use goroutines::prelude::*;
use goroutines::println;

fn work(id: i64) -> i64 {
    id * id
}

fn main() {
    run(|| {
        let handed_over = chan::<i64>(0);
        for id in 1..=1000 {
            let hand_over = handed_over.clone();
            go(move || {
                hand_over.send(work(id));
                hand_over.close();
            });
        }

        let mut results = Vec::new();
        for result in &handed_over {
            results.push(result);
        }
        println!(
            "{} results, sum {}",
            results.len(),
            results.iter().sum::<i64>()
        );
    });
}
