//! Two branches, one for each way, and the same order in both.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

struct Account {
    number: u32,
    balance: Mutex<i64>,
}

fn transfer(from: &Account, to: &Account, amount: i64) {
    if from.number < to.number {
        let mut here = from.balance.lock();
        let mut there = to.balance.lock();
        *here -= amount;
        *there += amount;
    } else {
        let mut there = to.balance.lock();
        let mut here = from.balance.lock();
        *here -= amount;
        *there += amount;
    }
}

fn main() {
    run(|| {
        let account = |number| {
            Arc::new(Account {
                number,
                balance: Mutex::new(100),
            })
        };
        let (ann, bob) = (account(1), account(2));
        let wg = WaitGroup::new();

        let (from, to) = (ann.clone(), bob.clone());
        wg.go(move || transfer(&from, &to, 10));
        let (from, to) = (bob.clone(), ann.clone());
        wg.go(move || transfer(&from, &to, 20));

        wg.wait();
        let ann = *ann.balance.lock();
        let bob = *bob.balance.lock();
        println!("Ann has ${ann}, Bob has ${bob}");
    });
}
