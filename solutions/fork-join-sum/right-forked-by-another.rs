//! One more goroutine forks the workers, joins them and closes the channel, and main receives until then.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        let numbers: Arc<Vec<i64>> = Arc::new((1..=1002).collect());

        let sums = chan::<i64>(0);
        let (all, send_to) = (numbers.clone(), sums.clone());
        go(move || {
            let wg = WaitGroup::new();
            for worker in 0..4 {
                let (mine, sums) = (all.clone(), send_to.clone());
                wg.go(move || {
                    let from = worker * mine.len() / 4;
                    let to = (worker + 1) * mine.len() / 4;
                    sums.send(mine[from..to].iter().sum());
                });
            }
            wg.wait();
            send_to.close();
        });

        let mut total = 0;
        for sum in &sums {
            total += sum;
        }
        println!("the sum of {} numbers is {total}", numbers.len());
    });
}
