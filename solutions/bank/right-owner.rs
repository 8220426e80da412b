//! main owns the balance, and the others send it what to add.

use goroutines::prelude::*;
use goroutines::println;

fn main() {
    run(|| {
        runtime::gomaxprocs(4);
        let changes = chan::<i64>(0);
        let mut balance = 0;
        let wg = WaitGroup::new();

        for by in [1, -1] {
            for _ in 0..100 {
                let changes = changes.clone();
                wg.go(move || {
                    changes.send(by);
                });
            }
        }

        for _ in 0..200 {
            balance += changes.recv().unwrap();
        }
        wg.wait();
        println!("balance: ${}", balance);
    });
}
