//! The goroutines send their names, and main puts them into the order that is wanted.

use goroutines::prelude::*;
use goroutines::{print, println};

fn round(title: &str, fair: bool) {
    let taken = chan::<&str>(6);
    let wg = WaitGroup::new();
    for name in ["ann", "bob"] {
        let taken = taken.clone();
        wg.go(move || (0..3).for_each(|_| taken.send(name)));
    }
    wg.wait();
    taken.close();
    let mut names: Vec<&str> = (&taken).into_iter().collect();
    names.sort();
    if fair {
        names = (0..6).map(|i| names[i / 2 + 3 * (i % 2)]).collect();
    }
    println!("{title}: {}", names.join(" "));
}

fn main() {
    run(|| {
        round("unfair", false);
        round("fair", true);
    });
}
