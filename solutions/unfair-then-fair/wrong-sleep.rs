//! Bob sleeps before he eats, and in the fair round each sleeps between its slices.

use goroutines::prelude::*;
use goroutines::{print, println};

fn round(title: &str, fair: bool) {
    print!("{title}:");
    let wg = WaitGroup::new();
    for (me, name) in ["ann", "bob"].into_iter().enumerate() {
        wg.go(move || {
            let wait = if fair { 5 } else { 50 };
            time::sleep(time::Duration::from_millis(wait * me as u64));
            for _slice in 1..=3 {
                print!(" {name}");
                if fair {
                    time::sleep(time::Duration::from_millis(10));
                }
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
