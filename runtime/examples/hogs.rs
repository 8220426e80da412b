//! Eight goroutines that never give way by themselves share one P for a minute: never two at once, shares within 20 %, and
//! how late a ninth wakes; then four raw sleeps of 100 ms on one P. `cargo run --release -p goroutines --example hogs
//! [SECONDS] > /dev/null`: they print a lot, and the figures go to stderr.

use std::time::Duration;

use watch::{four_blocking_calls, tell, watch_hogs};

#[path = "../tests/hogs/watch.rs"]
mod watch;

fn main() {
    let seconds = std::env::args().nth(1).and_then(|a| a.parse().ok());
    let how_long = Duration::from_secs(seconds.unwrap_or(60));
    let seen = watch_hogs(how_long);
    tell(&seen);
    let took: Vec<Duration> = (0..5).map(|_| four_blocking_calls()).collect();
    eprintln!("  four raw sleeps of 100 ms: {took:?}");
    let equal = |share: f64| (share - 1.0).abs() < 0.2;
    assert!(
        seen.shares.iter().all(|s| equal(s.1)),
        "shares differ by more than 20 %"
    );
    // One that returns from waiting for a lock of std's may run on for a moment: nobody has told the library.
    assert!(
        u128::from(seen.together.1) < how_long.as_nanos() / 1000,
        "two ran at once for more than a thousandth of the time"
    );
}
