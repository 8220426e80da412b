//! Who cannot have the second gives the first back, waits for the second, and begins with that.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

struct Account {
    number: u32,
    balance: Mutex<i64>,
}

fn transfer(from: &Account, to: &Account, amount: i64) {
    let (mut mine, mut other) = (from, to);
    loop {
        let first = mine.balance.lock();
        if let Some(mut second) = other.balance.try_lock() {
            let mut first = first;
            let by = if mine.number == from.number {
                amount
            } else {
                -amount
            };
            *first -= by;
            *second += by;
            return;
        }
        drop(first);
        std::mem::swap(&mut mine, &mut other);
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
