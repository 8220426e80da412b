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
        for square in &squares(5) {
            println!("{square}");
        }
        println!("that is all");
    });
}
