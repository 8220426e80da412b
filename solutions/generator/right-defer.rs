//! The close is deferred.

use goroutines::prelude::*;
use goroutines::println;

fn squares(n: i64) -> RecvChan<i64> {
    let out = chan::<i64>(0);
    let to = out.sender();
    go! {
        defer! { to.close(); }
        let mut i = 1;
        while i <= n {
            to.send(i * i);
            i += 1;
        }
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
