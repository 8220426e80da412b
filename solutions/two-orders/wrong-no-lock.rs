//! No locks at all.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

struct Account {
    balance: Shared<i64>,
}

fn transfer(from: &Account, to: &Account, amount: i64) {
    from.balance.set(from.balance.get() - amount);
    to.balance.set(to.balance.get() + amount);
}

fn main() {
    run(|| {
        let account = || {
            Arc::new(Account {
                balance: Shared::new(100),
            })
        };
        let (ann, bob) = (account(), account());
        let wg = WaitGroup::new();

        let (from, to) = (ann.clone(), bob.clone());
        wg.go(move || transfer(&from, &to, 10));
        let (from, to) = (bob.clone(), ann.clone());
        wg.go(move || transfer(&from, &to, 20));

        wg.wait();
        let ann = ann.balance.get();
        let bob = bob.balance.get();
        println!("Ann has ${ann}, Bob has ${bob}");
    });
}
