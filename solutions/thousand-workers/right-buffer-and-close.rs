//! A buffer for a thousand results, closed by main when all workers have sent.

use goroutines::prelude::*;
use goroutines::println;

fn work(id: i64) -> i64 {
    id * id
}

fn main() {
    run(|| {
        let handed_over = chan::<i64>(1000);
        let wg = WaitGroup::new();
        wg.add(1000);
        for id in 1..=1000 {
            let (hand_over, wg) = (handed_over.clone(), wg.clone());
            go! {
                defer! { wg.done(); }
                hand_over.send(work(id));
            }
        }
        wg.wait();
        handed_over.close();
        let results: Vec<i64> = handed_over.iter().collect();
        println!(
            "{} results, sum {}",
            results.len(),
            results.iter().sum::<i64>()
        );
    });
}
