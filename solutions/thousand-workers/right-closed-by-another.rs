//! One more goroutine waits for the workers and closes the channel, and main receives until then.

use goroutines::prelude::*;
use goroutines::println;

fn work(id: i64) -> i64 {
    id * id
}

fn main() {
    run(|| {
        let handed_over = chan::<i64>(0);
        let wg = WaitGroup::new();
        for id in 1..=1000 {
            let hand_over = handed_over.clone();
            wg.go(move || hand_over.send(work(id)));
        }

        let all = handed_over.clone();
        go(move || {
            wg.wait();
            all.close();
        });

        let results: Vec<i64> = handed_over.iter().collect();
        println!(
            "{} results, sum {}",
            results.len(),
            results.iter().sum::<i64>()
        );
    });
}
