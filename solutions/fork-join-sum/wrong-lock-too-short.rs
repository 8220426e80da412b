//! The total is read before the lock is taken.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        let numbers: Arc<Vec<i64>> = Arc::new((1..=1002).collect());

        let shared_total = Shared::new(0);
        let lock = Arc::new(Mutex::new(()));
        let wg = WaitGroup::new();
        for worker in 0..4 {
            let (mine, total, lock) = (numbers.clone(), shared_total.clone(), lock.clone());
            wg.go(move || {
                let from = worker * mine.len() / 4;
                let to = (worker + 1) * mine.len() / 4;
                let sum = total.get() + mine[from..to].iter().sum::<i64>();
                let _held = lock.lock();
                total.set(sum);
            });
        }
        wg.wait();
        let total: i64 = shared_total.get();

        println!("the sum of {} numbers is {total}", numbers.len());
    });
}
