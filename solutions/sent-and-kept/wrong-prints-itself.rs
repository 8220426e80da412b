//! The reporter prints, and sends that it has.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let reports = chan::<i64>(3);
        let out = reports.clone();
        go! {
            for n in 1..=3 {
                println!("got {n}");
                out.send(n);
            }
            out.close();
        }

        for _ in &reports {}
    });
}
