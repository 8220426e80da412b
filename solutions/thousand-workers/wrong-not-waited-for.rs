//! main takes what is there.

use goroutines::prelude::*;
use goroutines::println;

fn work(id: i64) -> i64 {
    id * id
}

fn main() {
    run(|| {
        let out = chan::<i64>(1000);
        for id in 1..=1000 {
            let out = out.sender();
            go(move || out.send(work(id)));
        }
        let mut results = Vec::new();
        while let Ok(Some(r)) = out.try_recv() {
            results.push(r);
        }

        println!(
            "{} results, sum {}",
            results.len(),
            results.iter().sum::<i64>()
        );
    });
}
