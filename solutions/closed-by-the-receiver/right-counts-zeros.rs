//! main knows how many clerks there are, counts those that are done, and closes then.

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

        let (mut count, mut total, mut done) = (0, 0, 0);
        for amount in &amounts {
            match amount {
                0 => {
                    done += 1;
                    if done == 2 {
                        amounts.close();
                    }
                }
                amount => {
                    count += 1;
                    total += amount;
                }
            }
        }
        println!("{count} amounts, {total} in all");
    });
}
