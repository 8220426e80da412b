//! main closes when it has got as many amounts as one clerk has.

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
            }
        }

        let (mut count, mut total) = (0, 0);
        for amount in &amounts {
            count += 1;
            total += amount;
            if count == 3 {
                amounts.close();
            }
        }
        println!("{count} amounts, {total} in all");
    });
}
