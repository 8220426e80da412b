//! One total goes from worker to worker, through a channel.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        let numbers: Arc<Vec<i64>> = Arc::new((1..=1002).collect());
        let c = chan::<i64>(1);
        c.send(0);
        let wg = WaitGroup::new();
        for w in 0..4 {
            let (v, c) = (numbers.clone(), c.clone());
            wg.go(move || {
                let s: i64 = v[w * 1002 / 4..(w + 1) * 1002 / 4].iter().sum();
                let t = c.recv().unwrap();
                c.send(t + s);
            });
        }
        wg.wait();
        let total = c.recv().unwrap();
        println!("the sum of {} numbers is {total}", numbers.len());
    });
}
