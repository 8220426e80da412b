//! main closes the channel as soon as all workers are started.

use goroutines::prelude::*;
use goroutines::println;

fn work(id: i64) -> i64 {
    id * id
}

fn main() {
    run(|| {
        let handed_over = chan::<i64>(1000);
        for id in 1..=1000 {
            let hand_over = handed_over.clone();
            go(move || hand_over.send(work(id)));
        }
        handed_over.close();

        let results: Vec<i64> = handed_over.iter().collect();
        println!(
            "{} results, sum {}",
            results.len(),
            results.iter().sum::<i64>()
        );
    });
}
