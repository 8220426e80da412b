//! main copies the number when it has received the handle.

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

        let mut copies = Vec::new();
        for number in &reports {
            copies.push(number.get());
        }
        for copy in copies {
            println!("got {copy}");
        }
    });
}
