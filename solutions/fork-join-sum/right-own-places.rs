//! Each worker writes its sum to a place of its own, and main adds them up after the join.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        let numbers: Arc<Vec<i64>> = Arc::new((1..=1002).collect());

        let places: Vec<Shared<i64>> = (0..4).map(|_| Shared::new(0)).collect();
        let wg = WaitGroup::new();
        for (worker, place) in places.iter().cloned().enumerate() {
            wg.add(1);
            let (mine, group) = (numbers.clone(), wg.clone());
            go! {
                defer! { group.done(); }
                let len = mine.len().div_ceil(4);
                let to = mine.len().min((worker + 1) * len);
                place.set(mine[worker * len..to].iter().sum());
            }
        }
        wg.wait();
        let total: i64 = places.iter().map(Shared::get).sum();

        println!("the sum of {} numbers is {total}", numbers.len());
    });
}
