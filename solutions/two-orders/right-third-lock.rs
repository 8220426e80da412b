//! A third lock is taken first, by everybody: then the order of the two does not matter.

use goroutines::prelude::*;
use goroutines::println;
use std::sync::Arc;

struct Account {
    moves: Arc<Mutex<()>>,
    balance: Mutex<i64>,
}

fn transfer(from: &Account, to: &Account, amount: i64) {
    let _alone = from.moves.lock();
    let mut here = from.balance.lock();
    let mut there = to.balance.lock();
    *here -= amount;
    *there += amount;
}

fn main() {
    run(|| {
        let moves = Arc::new(Mutex::new(()));
        let account = || {
            Arc::new(Account {
                moves: moves.clone(),
                balance: Mutex::new(100),
            })
        };
        let (ann, bob) = (account(), account());
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
