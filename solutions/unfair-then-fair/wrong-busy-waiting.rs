//! Who is not at turn gives way until it is.

use goroutines::prelude::*;
use goroutines::{print, println};
use std::sync::Arc;

fn round(title: &str, fair: bool) {
    print!("{title}:");
    let wg = WaitGroup::new();
    let eaten = Arc::new(Mutex::new(0));
    for (me, name) in ["ann", "bob"].into_iter().enumerate() {
        let eaten = eaten.clone();
        wg.go(move || {
            for _slice in 1..=3 {
                loop {
                    let n = *eaten.lock();
                    let at_turn = if fair { n % 2 } else { n / 3 };
                    if at_turn == me {
                        break;
                    }
                    runtime::gosched();
                }
                print!(" {name}");
                *eaten.lock() += 1;
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
