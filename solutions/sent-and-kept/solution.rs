//! The numbers themselves go over the channel.

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

        for number in &reports {
            println!("got {number}");
        }
    });
}
