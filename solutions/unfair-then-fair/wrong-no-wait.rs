//! main does not wait.

use goroutines::prelude::*;
use goroutines::{print, println};

fn round(title: &str, fair: bool) {
    print!("{title}:");
    let turns = [chan::<()>(1), chan::<()>(1)];
    for (me, name) in ["ann", "bob"].into_iter().enumerate() {
        let (mine, other) = (turns[me].clone(), turns[1 - me].clone());
        go(move || {
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
    println!();
}

fn main() {
    run(|| {
        round("unfair", false);
        round("fair", true);
    });
}
