//! main counts what comes, and does not look at it.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let reports = chan::<i64>(3);
        let out = reports.clone();
        go! {
            for n in 1..=3 {
                out.send(n);
            }
            out.close();
        }

        for (at, _number) in reports.iter().enumerate() {
            println!("got {}", at + 1);
        }
    });
}
