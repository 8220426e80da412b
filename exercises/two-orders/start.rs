//! Two locks, two orders
//!
//! Ann and Bob have accounts, and money is moved from one to the other: both
//! balances are changed while both are locked, so that nobody sees half of it.
//! One goroutine moves $10 from Ann to Bob, another one $20 from Bob to Ann, and
//! sometimes both wait for ever. Repair it: both locks are still held while money
//! is moved, and both goroutines can run at the same time.
//!
//! It is right when it prints, in every schedule:
//!
//!     Ann has $110, Bob has $90
//!
//! Type: gotour check two-orders

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
    // TODO: who may have this one, and wait for the other?
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
