//! A new variable for each number, and main does not look into it.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let reports = chan::<Shared<i64>>(3);
        let out = reports.clone();
        go! {
            for n in 1..=3 {
                out.send(Shared::new(n));
            }
            out.close();
        }

        for (i, number) in reports.iter().enumerate() {
            let _ = number.get();
            println!("got {}", i + 1);
        }
    });
}
