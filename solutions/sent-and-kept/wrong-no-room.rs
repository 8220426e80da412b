//! The buffer is gone.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let reports = chan::<Shared<i64>>(0);
        let out = reports.clone();
        go! {
            let number = Shared::new(0);
            for n in 1..=3 {
                number.set(n);
                out.send(number.clone());
            }
            out.close();
        }

        for number in &reports {
            println!("got {}", number.get());
        }
    });
}
