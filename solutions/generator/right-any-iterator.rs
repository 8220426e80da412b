//! A generator out of any iterator, closed by a defer.

use goroutines::prelude::*;
use goroutines::println;
fn generate<I>(values: I) -> RecvChan<I::Item>
where
    I: IntoIterator + Send + 'static,
    I::Item: Send + 'static,
{
    let out = chan(0);
    let to = out.sender();
    go(move || {
        defer! { to.close(); }
        for v in values {
            to.send(v);
        }
    });
    out.receiver()
}
fn squares(n: i64) -> RecvChan<i64> {
    generate((1..=n).map(|i| i * i))
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
