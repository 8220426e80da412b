//! The last turn is sent on a channel without room, and nobody takes it.

use goroutines::prelude::*;
use goroutines::{print, println};

fn round(title: &str, fair: bool) {
    print!("{title}:");
    let wg = WaitGroup::new();
    let turns = [chan::<()>(0), chan::<()>(0)];
    for (me, name) in ["ann", "bob"].into_iter().enumerate() {
        let (mine, other) = (turns[me].clone(), turns[1 - me].clone());
        wg.go(move || {
            for slice in 1..=3 {
                if fair || slice == 1 {
                    mine.recv();
                }
                print!(" {name}");
                if fair || slice == 3 {
                    other.send(());
                }
            }
        });
    }
    turns[0].send(());
    wg.wait();
    println!();
}

fn main() {
    run(|| {
        round("unfair", false);
        round("fair", true);
    });
}
