//! Each clerk closes the channel when it is done.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let amounts = chan::<i64>(0);
        for list in [[10, 20, 30], [40, 50, 60]] {
            let out = amounts.clone();
            go! {
                for amount in list {
                    out.send(amount);
                }
                out.close();
            }
        }

        let (mut count, mut total) = (0, 0);
        for amount in &amounts {
            count += 1;
            total += amount;
        }
        println!("{count} amounts, {total} in all");
    });
}
