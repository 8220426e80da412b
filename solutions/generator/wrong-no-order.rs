//! A goroutine for each square, and one that closes.

use goroutines::prelude::*;
use goroutines::println;

fn squares(n: i64) -> RecvChan<i64> {
    let out = chan::<i64>(0);
    let wg = WaitGroup::new();
    for i in 1..=n {
        let to = out.sender();
        wg.go(move || to.send(i * i));
    }
    let end = out.sender();
    go! {
        wg.wait();
        end.close();
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
