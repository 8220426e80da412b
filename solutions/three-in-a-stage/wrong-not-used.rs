//! All results come, and what is printed was known before.

use goroutines::prelude::*;
use goroutines::println;

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
    let wg = WaitGroup::new();
    for _ in 0..3 {
        let (numbers, to) = (numbers.clone(), out.sender());
        wg.go(move || {
            for n in &numbers {
                to.send(10 * n);
            }
        });
    }
    let to = out.sender();
    go! {
        wg.wait();
        to.close();
    }
    out.receiver()
}

fn main() {
    run(|| {
        for _ in &look_up(&read()) {}
        println!("6 results, 210 in all");
    });
}
