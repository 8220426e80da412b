//! Workers that start workers.

use goroutines::prelude::*;
use goroutines::println;
fn work(id: i64) -> i64 {
    id * id
}

fn main() {
    run(|| {
        let c = chan::<i64>(0);
        fn fork(from: i64, to: i64, c: Chan<i64>) {
            if to - from == 1 {
                c.send(work(from));
                return;
            }
            let mid = from + (to - from) / 2;
            let d = c.clone();
            go(move || fork(mid, to, d));
            fork(from, mid, c);
        }
        let d = c.clone();
        go(move || fork(1, 1001, d));
        let results: Vec<i64> = (0..1000).map(|_| c.recv().unwrap()).collect();
        println!(
            "{} results, sum {}",
            results.len(),
            results.iter().sum::<i64>()
        );
    });
}
