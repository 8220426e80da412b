//! The last owner closes when it is dropped.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

struct CloseOnDrop(SendChan<i64>);
impl Drop for CloseOnDrop {
    fn drop(&mut self) {
        self.0.close();
    }
}

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
    let tx = Arc::new(CloseOnDrop(out.sender()));
    for _ in 0..3 {
        let (numbers, tx) = (numbers.clone(), Arc::clone(&tx));
        go! {
            for n in &numbers {
                tx.0.send(10 * n);
            }
            drop(tx);
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
