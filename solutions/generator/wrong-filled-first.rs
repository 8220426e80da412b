//! Room for all, filled by the function itself.

use goroutines::prelude::*;
use goroutines::println;

fn squares(n: i64) -> RecvChan<i64> {
    let out = chan::<i64>(n as usize);
    for i in 1..=n {
        out.send(i * i);
    }
    out.close();
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
