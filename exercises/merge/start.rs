//! Two into one
//!
//! Two feeds send numbers, each on its own channel. merge is to return one
//! channel with all of them, in the order in which they come, that is closed
//! when both feeds have ended. As it is, it passes on feed a first and feed b
//! after that. But each feed waits now and then until something of the other
//! has arrived. Nobody asks again and again. Leave the feeds and main as they are.
//!
//! It is right when it prints, whoever runs first:
//!
//!     6 numbers, 66 in all
//!
//! Type: gotour check merge

use goroutines::prelude::*;
use goroutines::println;

fn merge(a: RecvChan<i64>, b: RecvChan<i64>) -> RecvChan<i64> {
    let out = chan::<i64>(0);
    let to = out.sender();
    // TODO: listen to both at once.
    go! {
        for v in &a {
            to.send(v);
        }
        for v in &b {
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
