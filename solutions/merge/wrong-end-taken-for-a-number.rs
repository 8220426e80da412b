//! Takes six numbers, and unwraps each.

use goroutines::prelude::*;
use goroutines::println;

fn merge(a: RecvChan<i64>, b: RecvChan<i64>) -> RecvChan<i64> {
    let out = chan::<i64>(0);
    let to = out.sender();
    go! {
        for _ in 0..6 {
            let v = select! {
                recv(a) -> v => v.unwrap(),
                recv(b) -> v => v.unwrap(),
            };
            to.send(v);
        }
        to.close();
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
