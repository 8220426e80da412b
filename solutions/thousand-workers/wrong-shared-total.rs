//! All workers add to one shared variable, and nothing keeps them apart.

use goroutines::prelude::*;
use goroutines::println;

fn work(id: i64) -> i64 {
    id * id
}

fn main() {
    run(|| {
        let sum = Shared::new(0);
        let wg = WaitGroup::new();
        for id in 1..=1000 {
            let sum = sum.clone();
            wg.go(move || sum.set(sum.get() + work(id)));
        }
        wg.wait();
        println!("1000 results, sum {}", sum.get());
    });
}
