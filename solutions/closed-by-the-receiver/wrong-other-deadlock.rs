//! The one who should close is counted itself, and waits for itself.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let amounts = chan::<i64>(0);
        let clerks = WaitGroup::new();
        for list in [[10, 20, 30], [40, 50, 60]] {
            let out = amounts.clone();
            clerks.go(move || list.into_iter().for_each(|amount| out.send(amount)));
        }
        let (done, all) = (amounts.clone(), clerks.clone());
        clerks.go(move || {
            all.wait();
            done.close();
        });

        let (mut count, mut total) = (0, 0);
        for amount in &amounts {
            count += 1;
            total += amount;
        }
        println!("{count} amounts, {total} in all");
    });
}
