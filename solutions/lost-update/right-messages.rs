//! The goroutines send what they add, and only main touches the counter.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let additions = chan::<i64>(0);
        for _ in 0..2 {
            let additions = additions.clone();
            go(move || additions.send(1));
        }
        let mut n = 0;
        for _ in 0..2 {
            n += additions.recv().unwrap();
        }
        println!("{n}");
    });
}
