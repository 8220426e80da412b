//! One channel has the turn, for whoever receives first.

use goroutines::prelude::*;
use goroutines::{print, println};

fn round(title: &str, fair: bool) {
    print!("{title}:");
    let wg = WaitGroup::new();
    let turn = chan::<()>(1);
    for name in ["ann", "bob"] {
        let turn = turn.clone();
        wg.go(move || {
            for slice in 1..=3 {
                if fair || slice == 1 {
                    turn.recv();
                }
                print!(" {name}");
                if fair || slice == 3 {
                    turn.send(());
                }
            }
        });
    }
    turn.send(());
    wg.wait();
    println!();
}

fn main() {
    run(|| {
        round("unfair", false);
        round("fair", true);
    });
}
