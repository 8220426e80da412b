//! main moves the money both ways.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

#[allow(dead_code)]
struct Account {
    number: u32,
    balance: Mutex<i64>,
}

fn transfer(from: &Account, to: &Account, amount: i64) {
    let mut here = from.balance.lock();
    let mut there = to.balance.lock();
    *here -= amount;
    *there += amount;
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
        transfer(&ann, &bob, 10);
        transfer(&bob, &ann, 20);
        let ann = *ann.balance.lock();
        let bob = *bob.balance.lock();
        println!("Ann has ${ann}, Bob has ${bob}");
    });
}
