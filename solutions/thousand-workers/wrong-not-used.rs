//! A thousand workers hand over their results, main counts them, and works out the sum itself.

use goroutines::prelude::*;
use goroutines::println;

fn work(id: i64) -> i64 {
    id * id
}

fn main() {
    run(|| {
        let results = chan::<i64>(0);
        for id in 1..=1000 {
            let results = results.clone();
            go(move || results.send(work(id)));
        }
        let came = (0..1000).filter(|_| results.recv().is_some()).count();
        let sum: i64 = (1..=1000).map(work).sum();
        println!("{came} results, sum {sum}");
    });
}
