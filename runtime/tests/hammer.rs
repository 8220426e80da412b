//! The hammer's short form: channels, selects, closes, timers, panics, exits and changes of GOMAXPROCS, all at one time.
//!
//! The long form is an example: `cargo run --release -p goroutines --example hammer`.

#[path = "limit/mod.rs"]
mod limit;
#[path = "hammer/scenes.rs"]
mod scenes;

use std::sync::atomic::Ordering;

use scenes::{Tally, hammer};

/// So many operations for each number of Ps.
const SHORT: u64 = 200_000;

#[test]
fn each_value_is_received_once_and_dropped_once() {
    for procs in [1, 2, 4, 8] {
        let tally: &'static Tally = Box::leak(Box::default());
        let seed = fastrand::u64(..);
        println!("procs {procs}, seed {seed}");
        hammer(SHORT, procs, seed, tally);
        // Each thing that the hammer is for has happened.
        for (what, n) in [
            ("closes", &tally.closes),
            ("timeouts", &tally.timeouts),
            ("panics", &tally.panics),
            ("exits", &tally.exits),
            ("cancelled", &tally.cancelled),
            ("died in a channel", &tally.died_in_a_channel),
            ("changes of GOMAXPROCS", &tally.procs_changed),
        ] {
            assert!(n.load(Ordering::Relaxed) > 0, "no {what}: {tally:?}");
        }
    }
}
