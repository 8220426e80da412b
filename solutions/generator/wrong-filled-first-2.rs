//! There is a goroutine, and the function waits for it.

use goroutines::prelude::*;
use goroutines::println;

fn squares(n: i64) -> RecvChan<i64> {
    let out = chan::<i64>(n as usize);
    let to = out.sender();
    let wg = WaitGroup::new();
    wg.go(move || {
        for i in 1..=n {
            to.send(i * i);
        }
        to.close();
    });
    wg.wait();
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
