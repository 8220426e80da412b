//! Each worker has a shared variable of its own, which main reads after waiting.

use goroutines::prelude::*;
use goroutines::println;

fn work(id: i64) -> i64 {
    id * id
}

fn main() {
    run(|| {
        let places: Vec<Shared<i64>> = (0..1000).map(|_| Shared::new(0)).collect();
        let wg = WaitGroup::new();
        for (i, place) in places.iter().enumerate() {
            let place = place.clone();
            wg.go(move || place.set(work(i as i64 + 1)));
        }
        wg.wait();
        let results: Vec<i64> = places.iter().map(Shared::get).collect();
        println!(
            "{} results, sum {}",
            results.len(),
            results.iter().sum::<i64>()
        );
    });
}
