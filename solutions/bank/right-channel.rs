//! The balance lies in a channel with room for one.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        runtime::gomaxprocs(4);
        let balance = chan(1);
        balance.send(0);
        let wg = WaitGroup::new();

        for by in [1, -1] {
            for _ in 0..100 {
                let balance = balance.clone();
                wg.go(move || {
                    let before: i64 = balance.recv().unwrap();
                    balance.send(before + by);
                });
            }
        }

        wg.wait();
        println!("balance: ${}", balance.recv().unwrap());
    });
}
