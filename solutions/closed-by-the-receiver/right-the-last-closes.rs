//! The clerk whose `add` comes to 0 was the last, and closes.

use goroutines::prelude::*;
use goroutines::println;
use goroutines::sync::atomic::Int64;
use std::sync::Arc;

fn main() {
    run(|| {
        let amounts = chan::<i64>(0);
        let at_work = Arc::new(Int64::new(2));
        for list in [[10, 20, 30], [40, 50, 60]] {
            let (out, at_work) = (amounts.clone(), at_work.clone());
            go! {
                for amount in list {
                    out.send(amount);
                }
                if at_work.add(-1) == 0 {
                    out.close();
                }
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
