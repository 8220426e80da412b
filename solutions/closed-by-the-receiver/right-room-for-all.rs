//! Room for all amounts: main waits for the clerks, closes, and reads then.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        let amounts = chan::<i64>(6);
        let clerks = WaitGroup::new();
        for list in [[10, 20, 30], [40, 50, 60]] {
            let out = amounts.clone();
            clerks.go(move || list.into_iter().for_each(|amount| out.send(amount)));
        }
        clerks.wait();
        amounts.close();

        let (mut count, mut total) = (0, 0);
        for amount in &amounts {
            count += 1;
            total += amount;
        }
        println!("{count} amounts, {total} in all");
    });
}
