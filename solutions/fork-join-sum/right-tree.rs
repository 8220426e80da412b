//! Workers that fork workers.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        let numbers: Arc<Vec<i64>> = Arc::new((1..=1002).collect());
        fn sum(v: Arc<Vec<i64>>, from: usize, to: usize, deep: u32, out: Chan<i64>) {
            if deep == 0 {
                out.send(v[from..to].iter().sum());
                return;
            }
            let mid = from + (to - from) / 2;
            let c = chan::<i64>(0);
            for (a, b) in [(from, mid), (mid, to)] {
                let (v, c) = (v.clone(), c.clone());
                go(move || sum(v, a, b, deep - 1, c));
            }
            out.send(c.recv().unwrap() + c.recv().unwrap());
        }
        let out = chan::<i64>(1);
        sum(numbers.clone(), 0, 1002, 2, out.clone());
        let total = out.recv().unwrap();
        println!("the sum of {} numbers is {total}", numbers.len());
    });
}
