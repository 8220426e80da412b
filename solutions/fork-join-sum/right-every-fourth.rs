//! Every fourth number, in place of a slice.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

fn main() {
    run(|| {
        let numbers: Arc<Vec<i64>> = Arc::new((1..=1002).collect());
        let c = chan::<i64>(4);
        for w in 0..4 {
            let (v, c) = (numbers.clone(), c.clone());
            go(move || c.send(v.iter().skip(w).step_by(4).sum()));
        }
        let total: i64 = (0..4).map(|_| c.recv().unwrap()).sum();
        println!("the sum of {} numbers is {total}", numbers.len());
    });
}
