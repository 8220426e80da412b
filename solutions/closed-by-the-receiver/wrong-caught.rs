//! The panics of the clerks are caught.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let amounts = chan::<i64>(0);
        for list in [[10, 20, 30], [40, 50, 60]] {
            let out = amounts.clone();
            go! {
                let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                    for amount in list { out.send(amount); }
                    out.send(0);
                }));
            }
        }
        let (mut count, mut total) = (0, 0);
        for amount in &amounts {
            if amount == 0 {
                amounts.close();
            } else {
                count += 1;
                total += amount;
            }
        }
        println!("{count} amounts, {total} in all");
    });
}
