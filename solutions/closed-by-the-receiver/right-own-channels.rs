//! A channel for each clerk, which closes it itself.

use goroutines::prelude::*;
use goroutines::println;

fn clerk(list: [i64; 3]) -> RecvChan<i64> {
    let out = chan(0);
    let to = out.sender();
    go! {
        for amount in list {
            to.send(amount);
        }
        to.close();
    }
    out.receiver()
}

fn main() {
    run(|| {
        let clerks = [clerk([10, 20, 30]), clerk([40, 50, 60])];
        let amounts: Vec<i64> = clerks.iter().flat_map(|c| c.iter()).collect();
        println!("{} amounts, {} in all", amounts.len(), amounts.iter().sum::<i64>());
    });
}
