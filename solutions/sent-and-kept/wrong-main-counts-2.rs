//! The handles come, and main counts them.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let reports = chan::<Shared<i64>>(3);
        let out = reports.clone();
        go! {
            let number = Shared::new(0);
            for n in 1..=3 {
                number.set(n);
                out.send(number.clone());
            }
            out.close();
        }

        let mut got = 0;
        for _number in &reports {
            got += 1;
            println!("got {got}");
        }
    });
}
