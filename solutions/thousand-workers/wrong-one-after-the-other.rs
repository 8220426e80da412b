//! main waits for each worker's result before it starts the next one.

use goroutines::prelude::*;
use goroutines::println;

fn work(id: i64) -> i64 {
    id * id
}

fn main() {
    run(|| {
        let handed_over = chan::<i64>(0);
        let mut results = Vec::new();
        for id in 1..=1000 {
            let hand_over = handed_over.clone();
            go(move || hand_over.send(work(id)));
            results.push(handed_over.recv().unwrap());
        }
        println!(
            "{} results, sum {}",
            results.len(),
            results.iter().sum::<i64>()
        );
    });
}
