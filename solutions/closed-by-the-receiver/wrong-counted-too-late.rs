//! Each clerk raises the group itself.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let amounts = chan::<i64>(0);
        let wg = WaitGroup::new();
        for list in [[10, 20, 30], [40, 50, 60]] {
            let out = amounts.clone();
            let wg = wg.clone();
            go! {
                wg.add(1);
                defer! { wg.done(); }
                for amount in list {
                    out.send(amount);
                }

            }
        }

        let closer = amounts.clone();
        go! { wg.wait(); closer.close(); }
        let (mut count, mut total) = (0, 0);
        for amount in &amounts {
            count += 1;
            total += amount;
        }
        println!("{count} amounts, {total} in all");
    });
}
