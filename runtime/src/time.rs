//! Sleeping, timers, and what time it is; under the exploring scheduler the clock is virtual.
//!
//! # What a channel of a timer is
//!
//! As in Go since 1.23: a tick waits in a place that nobody sees, so `len` and `cap` are 0; after `stop` or `reset` has
//! returned, no value of the former setting is received; a slow receiver loses ticks, but never gets two at once. A timer
//! that nobody refers to any more is freed, stopped or not.
//!
//! # What a pending timer keeps alive
//!
//! A runtime in which every goroutine waits has a deadlock, also while timers run on whose channels nobody waits. A
//! goroutine that sleeps or waits for a timer, or an [`after_func`] that has not run yet, can still make things go on.
//!
//! ```
//! use goroutines::prelude::*;
//! use time::Duration;
//!
//! run(|| {
//!     let work = chan::<i32>(0);
//!     let deadline = time::after(Duration::from_millis(5));
//!     assert!(deadline.recv().is_some());
//!     assert!(work.try_recv().is_err());
//! });
//! ```

mod call;

use std::fmt;
use std::panic::Location;
use std::sync::Arc;

pub use std::time::{Duration, Instant};

use self::call::Call;
use crate::chan::{RecvChan, TimedChan};
use crate::seam::{self, Op};
use crate::timers::NEVER;
use crate::wait;

/// Nanoseconds of a duration; those that are too long last for ever.
fn nanos(d: Duration) -> u64 {
    u64::try_from(d.as_nanos()).unwrap_or(NEVER)
}

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
    wait::sleep_until(s.now().saturating_add(nanos(d)), at);
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
    seam::instant(seam::clock())
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

/// A single event in the future: Go's `time.Timer`.
///
/// One made by [`Timer::new`] sends the time on `c` when it is due; one made by [`after_func`] calls its function instead,
/// and its `c` is nil.
///
/// Cost: one allocation. While nobody waits on `c` a timer costs nothing more, and setting it is a short lock; else it
/// is an entry in a heap.
///
/// ```
/// use goroutines::prelude::*;
/// use time::{Duration, Timer};
///
/// run(|| {
///     let start = time::now();
///     let t = Timer::new(Duration::from_millis(2));
///     let due = t.c.recv().unwrap();
///     assert!(due - start >= Duration::from_millis(2));
///     assert!(!t.stop());
/// });
/// ```
pub struct Timer {
    /// Where the time is sent; nil for a timer of [`after_func`]. `cap` and `len` are 0.
    pub c: RecvChan<Instant>,
    what: What,
}

enum What {
    Tick(TimedChan<Instant>),
    Call(Arc<Call>),
}

impl Timer {
    /// A timer that sends the time on its channel after `d`. Go's `time.NewTimer`.
    ///
    /// What arrives is the moment at which it was due.
    ///
    /// # Panics
    ///
    /// Outside of a goroutine.
    ///
    /// ```
    /// use goroutines::prelude::*;
    ///
    /// run(|| {
    ///     let t = time::Timer::new(time::Duration::from_millis(1));
    ///     assert!(t.c.recv().is_some());
    /// });
    /// ```
    #[track_caller]
    pub fn new(d: Duration) -> Timer {
        let c = ticks("time::Timer::new", d, Duration::ZERO);
        Timer {
            c: c.receiver(),
            what: What::Tick(c),
        }
    }

    /// Keeps the timer from going off. Go's `Timer.Stop`.
    ///
    /// Says whether it was pending: `false` if its function has been started, its value received, or if it was stopped
    /// before. Nothing that this timer was to send is received afterwards, and its channel is not closed. It does not
    /// wait for a function that has been started.
    ///
    /// ```
    /// use goroutines::prelude::*;
    ///
    /// run(|| {
    ///     let t = time::Timer::new(time::Duration::from_secs(3600));
    ///     assert!(t.stop());
    ///     assert!(!t.stop());
    /// });
    /// ```
    #[track_caller]
    pub fn stop(&self) -> bool {
        let pending = match &self.what {
            What::Tick(c) => c.stop(),
            What::Call(call) => call.stop(),
        };
        seam::outcome(|| format!("→ {pending}"));
        pending
    }

    /// Sets the timer anew: it is due after `d`. Go's `Timer.Reset`.
    ///
    /// Says whether it was pending, as [`stop`](Timer::stop) does. No value of the former setting is received afterwards.
    ///
    /// # Panics
    ///
    /// Outside of a goroutine.
    ///
    /// ```
    /// use goroutines::prelude::*;
    /// use time::Duration;
    ///
    /// run(|| {
    ///     let t = time::Timer::new(Duration::from_secs(3600));
    ///     assert!(t.reset(Duration::from_millis(1)));
    ///     assert!(t.c.recv().is_some());
    ///     assert!(!t.reset(Duration::from_millis(1)));
    /// });
    /// ```
    #[track_caller]
    pub fn reset(&self, d: Duration) -> bool {
        let (s, _) = seam::expect_current("Timer::reset");
        let when = s.now().saturating_add(nanos(d));
        let pending = match &self.what {
            What::Tick(c) => c.set(when, 0),
            What::Call(call) => call.set(when),
        };
        seam::outcome(|| format!("{d:?} → {pending}"));
        pending
    }
}

impl fmt::Debug for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timer")
            .field("c", &self.c)
            .finish_non_exhaustive()
    }
}

/// Sends the time on `c` again and again: Go's `time.Ticker`.
///
/// A receiver that is slow loses ticks: the intervals are kept, not their number. A ticker that nobody refers to any more
/// is freed.
///
/// ```
/// use goroutines::prelude::*;
/// use time::{Duration, Ticker};
///
/// run(|| {
///     let ticker = Ticker::new(Duration::from_millis(1));
///     let first = ticker.c.recv().unwrap();
///     let second = ticker.c.recv().unwrap();
///     assert!(second - first >= Duration::from_millis(1));
///     ticker.stop();
/// });
/// ```
pub struct Ticker {
    /// Where the times are sent. `cap` and `len` are 0.
    pub c: RecvChan<Instant>,
    ticks: TimedChan<Instant>,
}

impl Ticker {
    /// A ticker whose ticks are `d` apart, the first one after `d`. Go's `time.NewTicker`.
    ///
    /// # Panics
    ///
    /// `non-positive interval for NewTicker` if `d` is zero; and outside of a goroutine.
    ///
    /// ```
    /// use goroutines::prelude::*;
    ///
    /// run(|| {
    ///     let ticker = time::Ticker::new(time::Duration::from_millis(1));
    ///     for _ in 0..3 {
    ///         ticker.c.recv();
    ///     }
    /// });
    /// ```
    #[track_caller]
    pub fn new(d: Duration) -> Ticker {
        assert!(!d.is_zero(), "non-positive interval for NewTicker");
        let ticks = ticks("time::Ticker::new", d, d);
        Ticker {
            c: ticks.receiver(),
            ticks,
        }
    }

    /// Turns it off: nothing is received afterwards. The channel is not closed, so that nobody takes that for a tick.
    /// Go's `Ticker.Stop`.
    ///
    /// ```
    /// use goroutines::prelude::*;
    ///
    /// run(|| {
    ///     let ticker = time::Ticker::new(time::Duration::from_millis(1));
    ///     ticker.stop();
    ///     assert!(ticker.c.try_recv().is_err());
    /// });
    /// ```
    #[track_caller]
    pub fn stop(&self) {
        self.ticks.stop();
    }

    /// Stops it and sets it anew: the next tick comes after `d`, also if it was stopped. Go's `Ticker.Reset`.
    ///
    /// # Panics
    ///
    /// `non-positive interval for Ticker.Reset` if `d` is zero; and outside of a goroutine.
    ///
    /// ```
    /// use goroutines::prelude::*;
    /// use time::Duration;
    ///
    /// run(|| {
    ///     let ticker = time::Ticker::new(Duration::from_secs(3600));
    ///     ticker.reset(Duration::from_millis(1));
    ///     assert!(ticker.c.recv().is_some());
    /// });
    /// ```
    #[track_caller]
    pub fn reset(&self, d: Duration) {
        assert!(!d.is_zero(), "non-positive interval for Ticker.Reset");
        let (s, _) = seam::expect_current("Ticker::reset");
        let period = nanos(d);
        self.ticks.set(s.now().saturating_add(period), period);
        seam::outcome(|| format!("{d:?}"));
    }
}

impl fmt::Debug for Ticker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ticker")
            .field("c", &self.c)
            .finish_non_exhaustive()
    }
}

#[track_caller]
fn ticks(what: &str, d: Duration, period: Duration) -> TimedChan<Instant> {
    let (s, _) = seam::expect_current(what);
    let c = TimedChan::new(|due| due);
    c.set(s.now().saturating_add(nanos(d)), nanos(period));
    seam::outcome(|| format!("{d:?}"));
    c
}

/// A channel on which the time arrives once, after `d`: the `c` of a [`Timer`]. Go's `time.After`.
///
/// It is freed when nobody refers to it, also before it is due, so a loop may make one each time round.
///
/// # Panics
///
/// Outside of a goroutine.
///
/// ```
/// use goroutines::prelude::*;
///
/// run(|| {
///     assert!(time::after(time::Duration::from_millis(1)).recv().is_some());
/// });
/// ```
#[track_caller]
pub fn after(d: Duration) -> RecvChan<Instant> {
    ticks("time::after", d, Duration::ZERO).receiver()
}

/// A channel on which the time arrives every `d`: the `c` of a [`Ticker`]. Go's `time.Tick`.
///
/// The nil channel if `d` is zero.
///
/// # Panics
///
/// Outside of a goroutine.
///
/// ```
/// use goroutines::prelude::*;
/// use time::Duration;
///
/// run(|| {
///     let beats = time::tick(Duration::from_millis(1));
///     for _beat in beats.iter().take(3) {}
///     assert!(time::tick(Duration::ZERO).is_nil());
/// });
/// ```
#[track_caller]
pub fn tick(d: Duration) -> RecvChan<Instant> {
    if d.is_zero() {
        return RecvChan::nil();
    }
    ticks("time::tick", d, d).receiver()
}

/// Calls `f` after `d`, in a goroutine of its own. Go's `time.AfterFunc`.
///
/// The timer that comes back can call it off ([`Timer::stop`]) or set it anew ([`Timer::reset`]), also after `f` was
/// called; its `c` is nil. Dropping it calls nothing off. What happened before the timer was set is seen by `f`.
///
/// # Panics
///
/// Outside of a goroutine.
///
/// ```
/// use goroutines::prelude::*;
/// use time::Duration;
///
/// run(|| {
///     let done = chan(0);
///     let tell = done.clone();
///     let timer = time::after_func(Duration::from_millis(1), move || tell.send("now"));
///     assert!(timer.c.is_nil());
///     assert_eq!(done.recv(), Some("now"));
///     assert!(!timer.stop());
/// });
/// ```
#[track_caller]
pub fn after_func(d: Duration, f: impl Fn() + Send + Sync + 'static) -> Timer {
    let (s, _) = seam::expect_current("time::after_func");
    let when = s.now().saturating_add(nanos(d));
    let call = Call::new(s.timers(), when, Box::new(f));
    seam::outcome(|| format!("{d:?}"));
    Timer {
        c: RecvChan::nil(),
        what: What::Call(call),
    }
}
