//! The goroutine works out the squares, and keeps them.

use goroutines::prelude::*;
use goroutines::println;

fn squares(n: i64) -> RecvChan<i64> {
    let out = chan::<i64>(0);
    go! {
        let all: Vec<i64> = (1..=n).map(|i| i * i).collect();
        drop(all);
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
