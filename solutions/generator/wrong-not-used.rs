//! The squares come, and main prints its own.

use goroutines::prelude::*;
use goroutines::println;

fn squares(n: i64) -> RecvChan<i64> {
    let out = chan::<i64>(0);
    let to = out.sender();
    go! {
        for i in 1..=n {
            to.send(i * i);
        }
        to.close();
    }
    out.receiver()
}

fn main() {
    run(|| {
        for n in [2, 5] {
            for (i, _) in (1..).zip(&squares(n)) {
                println!("{}", i * i);
            }
            println!("that is all");
        }
    });
}
