//! Sleeping, and what time it is; under the exploring scheduler the clock is virtual.

use std::panic::Location;
use std::sync::OnceLock;

pub use std::time::{Duration, Instant};

use crate::seam::{self, Op};
use crate::wait;

/// What the virtual clock counts from.
static ANCHOR: OnceLock<Instant> = OnceLock::new();

/// Pauses the goroutine for at least `d`; its thread runs others meanwhile. Go's `time.Sleep`.
///
/// Returns at once if `d` is zero. A goroutine that sleeps costs a timer, no thread. Under the exploring scheduler it
/// takes no time at all: the clock jumps when everybody waits.
///
/// Sleeping orders nothing: that another goroutine "must be done by then" is a guess.
///
/// # Panics
///
/// Outside of a goroutine.
///
/// ```
/// use goroutines::prelude::*;
///
/// run(|| {
///     let start = time::now();
///     time::sleep(time::Duration::from_millis(2));
///     assert!(time::since(start) >= time::Duration::from_millis(2));
/// });
/// ```
#[track_caller]
pub fn sleep(d: Duration) {
    let at = Location::caller();
    let (s, _) = seam::expect_current("sleep");
    seam::point_free(Op::Sleep);
    seam::outcome(|| format!("{d:?}"));
    if d.is_zero() {
        return;
    }
    let nanos = u64::try_from(d.as_nanos()).unwrap_or(u64::MAX);
    wait::sleep_until(s.now().saturating_add(nanos), at);
}

/// What time it is: Go's `time.Now`, the monotonic part.
///
/// Under the exploring scheduler the time stands still while anybody can run. Outside of a goroutine, the system's time.
///
/// ```
/// use goroutines::time;
///
/// let start = time::now();
/// assert!(time::now() >= start);
/// ```
#[track_caller]
pub fn now() -> Instant {
    if !seam::observed() {
        return Instant::now();
    }
    seam::point_free(Op::Now);
    let nanos = seam::current().map_or(0, |(s, _)| s.now());
    *ANCHOR.get_or_init(Instant::now) + Duration::from_nanos(nanos)
}

/// How long ago `t` was; zero if it lies ahead. Go's `time.Since`.
///
/// ```
/// use goroutines::time;
///
/// assert!(time::since(time::now()) < time::Duration::from_secs(60));
/// ```
#[track_caller]
pub fn since(t: Instant) -> Duration {
    now().saturating_duration_since(t)
}
