//! The last owner closes when it is dropped.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

struct Tx(Chan<i64>);
impl Drop for Tx {
    fn drop(&mut self) {
        self.0.close();
    }
}

fn main() {
    run(|| {
        let amounts = chan::<i64>(0);
        let tx = Arc::new(Tx(amounts.clone()));
        for list in [[10, 20, 30], [40, 50, 60]] {
            let out = tx.clone();
            go! {
                for amount in list {
                    out.0.send(amount);
                }
            }
        }
        drop(tx);
        let (count, total) = amounts.iter().fold((0, 0), |(c, t), a| (c + 1, t + a));
        println!("{count} amounts, {total} in all");
    });
}
