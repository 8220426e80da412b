//! Ten goroutines do the work of a thousand.

use goroutines::prelude::*;
use goroutines::println;

fn work(id: i64) -> i64 {
    id * id
}

fn main() {
    run(|| {
        let handed_over = chan::<i64>(0);
        for first in 0..10 {
            let hand_over = handed_over.clone();
            go(move || {
                for id in 1..=100 {
                    hand_over.send(work(100 * first + id));
                }
            });
        }

        let mut results = Vec::new();
        for _ in 1..=1000 {
            results.push(handed_over.recv().unwrap());
        }
        println!(
            "{} results, sum {}",
            results.len(),
            results.iter().sum::<i64>()
        );
    });
}
