//! A new variable for each number.

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

        for number in &reports {
            println!("got {}", number.get());
        }
    });
}
