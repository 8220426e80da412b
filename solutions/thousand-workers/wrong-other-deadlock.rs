//! One is added for all thousand workers, and one more for main, which never calls `done`.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn work(id: i64) -> i64 {
    id * id
}

fn main() {
    run(|| {
        let collected = Arc::new(Mutex::new(Vec::new()));
        let wg = WaitGroup::new();
        wg.add(1001);
        for id in 1..=1000 {
            let (collected, wg) = (collected.clone(), wg.clone());
            go! {
                defer! { wg.done(); }
                collected.lock().push(work(id));
            }
        }
        wg.wait();
        let results = collected.lock();
        println!(
            "{} results, sum {}",
            results.len(),
            results.iter().sum::<i64>()
        );
    });
}
