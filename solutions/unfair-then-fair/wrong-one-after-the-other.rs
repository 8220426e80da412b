//! In the unfair round main waits for Ann before it starts Bob.

use goroutines::prelude::*;
use goroutines::{print, println};

fn round(title: &str, fair: bool) {
    print!("{title}:");
    let wg = WaitGroup::new();
    let turns = [chan::<()>(1), chan::<()>(1)];
    turns[0].send(());
    for (me, name) in ["ann", "bob"].into_iter().enumerate() {
        let (mine, other) = (turns[me].clone(), turns[1 - me].clone());
        wg.go(move || {
            for _slice in 1..=3 {
                if fair {
                    mine.recv();
                }
                print!(" {name}");
                if fair {
                    other.send(());
                }
            }
        });
        if !fair {
            wg.wait();
        }
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
