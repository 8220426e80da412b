//! A Once: the first that is done closes.

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
    let once = std::sync::Arc::new(Once::new());
    for _ in 0..3 {
        let (numbers, to, once) = (numbers.clone(), out.sender(), once.clone());
        go! {
            for n in &numbers {
                to.send(10 * n);
            }
            once.call(|| to.close());
        }
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
