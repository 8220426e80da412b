//! The locks are taken in order, and so is the money: always from the lower number to the higher.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

#[allow(dead_code)]
struct Account {
    number: u32,
    balance: Mutex<i64>,
}

fn transfer(from: &Account, to: &Account, amount: i64) {
    let (a, b) = if from.number < to.number {
        (from, to)
    } else {
        (to, from)
    };
    let mut a = a.balance.lock();
    let mut b = b.balance.lock();
    *a -= amount;
    *b += amount;
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
