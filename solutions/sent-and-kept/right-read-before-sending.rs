//! The variable stays, and what it holds is sent.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let reports = chan::<i64>(0);
        let out = reports.clone();
        go! {
            let number = Shared::new(0);
            for _ in 0..3 {
                number.set(number.get() + 1);
                out.send(number.get());
            }
            out.close();
        }

        for number in &reports {
            println!("got {number}");
        }
    });
}
