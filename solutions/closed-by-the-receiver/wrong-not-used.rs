//! All amounts are received, and what is printed was known before.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let amounts = chan::<i64>(0);
        let clerks = WaitGroup::new();
        for list in [[10, 20, 30], [40, 50, 60]] {
            let out = amounts.clone();
            clerks.go(move || {
                for amount in list {
                    out.send(amount);
                }
            });
        }
        let done = amounts.clone();
        go! {
            clerks.wait();
            done.close();
        }

        for _ in &amounts {}
        println!("6 amounts, 210 in all");
    });
}
