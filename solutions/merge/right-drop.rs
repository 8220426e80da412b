//! The last owner closes when it is dropped.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

struct Closer(SendChan<i64>);
impl Drop for Closer {
    fn drop(&mut self) {
        self.0.close();
    }
}

fn merge(a: RecvChan<i64>, b: RecvChan<i64>) -> RecvChan<i64> {
    let out = chan::<i64>(0);
    let closer = Arc::new(Closer(out.sender()));
    for feed in [a, b] {
        let tx = Arc::clone(&closer);
        go(move || {
            while let Some(v) = feed.recv() {
                tx.0.send(v);
            }
        });
    }
    out.receiver()
}

/// Sends its numbers, and waits at one place until `wait` is closed.
fn feed(numbers: [i64; 3], wait_before: i64, wait: RecvChan<()>) -> RecvChan<i64> {
    let out = chan::<i64>(0);
    let to = out.sender();
    go! {
        for n in numbers {
            if n == wait_before {
                wait.recv();
            }
            to.send(n);
        }
        to.close();
    }
    out.receiver()
}

fn main() {
    run(|| {
        let (seen_1, seen_20) = (chan::<()>(0), chan::<()>(0));
        let a = feed([1, 2, 3], 1, seen_20.receiver());
        let b = feed([10, 20, 30], 30, seen_1.receiver());

        let (mut count, mut total) = (0, 0);
        for n in &merge(a, b) {
            match n {
                1 => seen_1.close(),
                20 => seen_20.close(),
                _ => {}
            }
            count += 1;
            total += n;
        }
        println!("{count} numbers, {total} in all");
    });
}
