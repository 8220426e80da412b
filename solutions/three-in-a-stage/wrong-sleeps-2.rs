//! Closed by one who asks again and again how many are left.

use goroutines::prelude::*;
use goroutines::println;
use goroutines::sync::atomic::Int64;
use std::sync::Arc;

fn read() -> RecvChan<i64> {
    let out = chan::<i64>(0);
    let to = out.sender();
    go! {
        for n in 1..=6 {
            to.send(n);
        }
        to.close();
    }
    out.receiver()
}

/// A stage of three goroutines.
fn look_up(numbers: &RecvChan<i64>) -> RecvChan<i64> {
    let out = chan::<i64>(0);
    let left = Arc::new(Int64::new(3));
    for _ in 0..3 {
        let (numbers, to, left) = (numbers.clone(), out.sender(), left.clone());
        go! {
            for n in &numbers {
                to.send(10 * n);
            }
            left.add(-1);
        }
    }
    let to = out.sender();
    go! {
        while left.load() > 0 {}
        to.close();
    }
    out.receiver()
}

fn main() {
    run(|| {
        let (mut count, mut sum) = (0, 0);
        for n in &look_up(&read()) {
            count += 1;
            sum += n;
        }
        println!("{count} results, {sum} in all");
    });
}
