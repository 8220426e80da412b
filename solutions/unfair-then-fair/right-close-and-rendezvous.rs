//! Unfair: Ann closes a channel at her end. Fair: two messages without room, there and back.

use goroutines::prelude::*;
use goroutines::{print, println};

fn round(title: &str, fair: bool) {
    print!("{title}:");
    let wg = WaitGroup::new();
    let (to_bob, to_ann) = (chan::<()>(0), chan::<()>(0));
    let (tell, told) = (to_bob.clone(), to_ann.clone());
    wg.go(move || {
        for slice in 1..=3 {
            print!(" ann");
            if fair {
                tell.send(());
                if slice < 3 {
                    told.recv();
                }
            }
        }
        tell.close();
    });
    wg.go(move || {
        for slice in 1..=3 {
            to_bob.recv();
            print!(" bob");
            if fair && slice < 3 {
                to_ann.send(());
            }
        }
    });
    wg.wait();
    println!();
}

fn main() {
    run(|| {
        round("unfair", false);
        round("fair", true);
    });
}
