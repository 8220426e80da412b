//! main knows how many clerks there are, and leaves its loop.

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
                out.send(0);
            }
        }

        let (mut count, mut total) = (0, 0);
        let mut zeros = 0;
        for amount in &amounts {
            if amount == 0 {
                zeros += 1;
                if zeros == 2 {
                    break;
                }
            } else {
                count += 1;
                total += amount;
            }
        }
        println!("{count} amounts, {total} in all");
    });
}
