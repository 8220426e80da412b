//! main adds twice, nobody else does anything.

use goroutines::prelude::*;
use goroutines::println;

fn add_one(n: &Shared<i64>) {
    n.set(n.get() + 1);
}

fn main() {
    run(|| {
        let n = Shared::new(0);
        add_one(&n);
        add_one(&n);
        println!("{}", n.get());
    });
}
