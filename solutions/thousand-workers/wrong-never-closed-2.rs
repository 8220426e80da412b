//! main receives once more than there are workers.

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
            go(move || hand_over.send(work(id)));
        }

        let mut results = Vec::new();
        for _ in 0..=1000 {
            results.push(handed_over.recv().unwrap());
        }
        println!(
            "{} results, sum {}",
            results.len() - 1,
            results.iter().sum::<i64>()
        );
    });
}
