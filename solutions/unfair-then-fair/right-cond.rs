//! A number counts the slices, and says whose turn it is; who is not at turn waits on a condition variable.

use goroutines::prelude::*;
use goroutines::{print, println};
use std::sync::Arc;

fn round(title: &str, fair: bool) {
    print!("{title}:");
    let wg = WaitGroup::new();
    let eaten = Arc::new((Mutex::new(0), Cond::new()));
    for (me, name) in ["ann", "bob"].into_iter().enumerate() {
        let eaten = eaten.clone();
        wg.go(move || {
            for _slice in 1..=3 {
                let mut n = eaten.0.lock();
                let at_turn = |n: usize| if fair { n % 2 } else { n / 3 };
                while at_turn(*n) != me {
                    n = eaten.1.wait(n);
                }
                print!(" {name}");
                *n += 1;
                eaten.1.broadcast();
            }
        });
    }
    wg.wait();
    println!();
}

fn main() {
    run(|| {
        round("unfair", false);
        round("fair", true);
    });
}
