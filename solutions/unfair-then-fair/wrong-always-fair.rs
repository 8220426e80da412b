//! Both rounds take turns.

use goroutines::prelude::*;
use goroutines::{print, println};

fn round(title: &str, fair: bool) {
    let _ = fair;
    print!("{title}:");
    let wg = WaitGroup::new();
    let turns = [chan::<()>(1), chan::<()>(1)];
    for (me, name) in ["ann", "bob"].into_iter().enumerate() {
        let (mine, other) = (turns[me].clone(), turns[1 - me].clone());
        wg.go(move || {
            for _slice in 1..=3 {
                mine.recv();
                print!(" {name}");
                other.send(());
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
