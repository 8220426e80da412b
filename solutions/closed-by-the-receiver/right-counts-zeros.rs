//! main knows how many clerks there are, and counts those that are done.

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
        while done < 2 {
            match amounts.recv().unwrap() {
                0 => done += 1,
                amount => {
                    count += 1;
                    total += amount;
                }
            }
        }
        println!("{count} amounts, {total} in all");
    });
}
