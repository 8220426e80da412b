//! Goroutines that never give way by themselves, on one P: never two at once, fair shares, and how soon another runs.
//!
//! A minute of it, with its figures and sharper bounds, is the example `hogs`.

use std::process::{Command, Stdio};
use std::time::Duration;

use watch::{four_blocking_calls, tell, watch_hogs};

#[path = "hogs/watch.rs"]
mod watch;

/// Runs `test` of this binary in a process of its own, whose standard output is thrown away: the hogs print a lot.
fn alone(test: &str) -> bool {
    if std::env::var_os("HOGS_ALONE").is_some() {
        return true;
    }
    let out = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env("HOGS_ALONE", "1")
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .status()
        .unwrap();
    assert!(out.success());
    false
}

#[test]
fn eight_hogs_share_one_p() {
    if !alone("eight_hogs_share_one_p") {
        return;
    }
    let how_long = Duration::from_secs(3);
    let seen = watch_hogs(how_long);
    tell(&seen);
    // On a busy machine three seconds are a few turns for each.
    assert!(seen.shares.iter().all(|s| s.1 > 0.3), "somebody starves");
    // One that returns from waiting for a lock of std's may run on for a moment: nobody has told the library.
    assert!(u128::from(seen.together.1) < how_long.as_nanos() / 100);
    assert!(!seen.late.is_empty());
}

#[test]
fn four_raw_sleeps_of_100_ms_on_one_p_take_little_more_than_one() {
    let took: Vec<Duration> = (0..5).map(|_| four_blocking_calls()).collect();
    eprintln!("four raw sleeps of 100 ms: {took:?}");
    // The machine may be busy with other things, but not each time.
    let best = took.iter().min().unwrap();
    assert!(*best < Duration::from_millis(130), "{took:?}");
}

mod limit;
