//! Unfair, then fair
//!
//! Ann and Bob eat a cake, three slices each, and each says its name for each
//! slice. Two rounds. The first is as unfair as can be: Bob gets nothing before
//! Ann has had all of hers. The second is fair: they take turns, and Ann begins.
//!
//! In both rounds both goroutines are started before main waits, and each of
//! them prints its own name. Here `gosched` is to make the second round fair.
//!
//! It is right when it prints, in every schedule:
//!
//!     unfair: ann ann ann bob bob bob
//!     fair: ann bob ann bob ann bob
//!
//! Type: gotour check unfair-then-fair

use goroutines::prelude::*;
use goroutines::{print, println};

fn round(title: &str, fair: bool) {
    print!("{title}:");
    let wg = WaitGroup::new();
    for name in ["ann", "bob"] {
        wg.go(move || {
            for _slice in 1..=3 {
                print!(" {name}");
                // TODO: gosched lets others run. Who says whom, and for how long?
                if fair {
                    runtime::gosched();
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
