//! With room for two squares.

use goroutines::prelude::*;
use goroutines::println;

fn squares(n: i64) -> RecvChan<i64> {
    let out = chan::<i64>(2);
    let to = out.clone();
    go(move || {
        (1..=n).for_each(|i| to.send(i * i));
        to.close();
    });
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
