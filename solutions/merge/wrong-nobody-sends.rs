//! The channel is returned, and nobody uses it.

use goroutines::prelude::*;
use goroutines::println;

fn merge(_a: RecvChan<i64>, _b: RecvChan<i64>) -> RecvChan<i64> {
    let out = chan::<i64>(0);
    out.receiver()
}

fn main() {
    run(|| {
        let merged = merge(RecvChan::nil(), RecvChan::nil());
        let (mut count, mut total) = (0, 0);
        for v in &merged {
            count += 1;
            total += v;
        }
        println!("{count} numbers, {total} in all");
    });
}
