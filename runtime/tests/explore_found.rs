//! The rotation finds each kind of bug as soon as the strategy that is best at it, however the bug is written.
//!
//! All strategies beside each other, as a table: `cargo run --release -p goroutines --example found`.

#[path = "explore_found/bugs.rs"]
mod bugs;
mod limit;

use bugs::{BUGS, median};
use goroutines::explore::Strategy;

#[test]
fn each_kind_of_bug_is_found_as_soon_as_by_the_best_strategy() {
    for bug in BUGS {
        for &(way, f) in bug.ways {
            let m = median(15, 4_000, Strategy::Portfolio, f);
            println!("{}, {way}: {m}", bug.name);
            assert!(m <= bug.best, "{}, {way}: {m} schedules", bug.name);
        }
    }
}
