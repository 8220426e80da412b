//! main looks at the results without waiting for them.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn work(id: i64) -> i64 {
    id * id
}

fn main() {
    run(|| {
        let collected = Arc::new(Mutex::new(Vec::new()));
        for id in 1..=1000 {
            let collected = collected.clone();
            go(move || collected.lock().push(work(id)));
        }
        let results = collected.lock();
        println!(
            "{} results, sum {}",
            results.len(),
            results.iter().sum::<i64>()
        );
    });
}
