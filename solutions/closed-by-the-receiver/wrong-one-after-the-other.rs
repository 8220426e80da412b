//! The second clerk is started when the first has closed its channel.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let (mut count, mut total) = (0, 0);
        for list in [[10, 20, 30], [40, 50, 60]] {
            let amounts = chan::<i64>(0);
            let out = amounts.clone();
            go! {
                for amount in list {
                    out.send(amount);
                }
                out.close();
            }
            for amount in &amounts {
                count += 1;
                total += amount;
            }
        }
        println!("{count} amounts, {total} in all");
    });
}
