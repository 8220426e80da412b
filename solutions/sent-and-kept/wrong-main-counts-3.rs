//! The reporter says only that it has counted on.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let reports = chan::<()>(3);
        let out = reports.clone();
        go! {
            for _ in 1..=3 {
                out.send(());
            }
            out.close();
        }

        let mut number = 0;
        while reports.recv().is_some() {
            number += 1;
            println!("got {number}");
        }
    });
}
