//! Each says that it is done, and who has heard it three times closes.

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
    let done = chan::<()>(0);
    for _ in 0..3 {
        let (numbers, to, tell) = (numbers.clone(), out.sender(), done.sender());
        go! {
            for n in &numbers {
                to.send(10 * n);
            }
            tell.send(());
        }
    }
    let to = out.sender();
    go! {
        for _ in 0..3 {
            done.recv();
        }
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
