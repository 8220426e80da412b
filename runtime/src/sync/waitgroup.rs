//! Waiting for a number of goroutines to be done: Go's `sync.WaitGroup`.
//!
//! One word has the counter in its upper half and the number of those who wait in its lower. Whoever brings the counter
//! to zero while somebody waits clears the word and wakes them all; nobody may add while that happens, and where it can be
//! noticed it is Go's panic.

use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, Location, RefUnwindSafe, UnwindSafe};
use std::panic::{catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::sema::Sema;
use crate::goroutine::WaitReason;
use crate::panics::is_goexit;
use crate::primitives::{Tag, hooked};
use crate::seam::{self, Op};
use crate::wait::{Turn, Who};

/// Counts goroutines that are at work, and waits until there are none: Go's `sync.WaitGroup`.
///
/// A clone is the same group. Call [`add`](WaitGroup::add) before the goroutine is started, not in it; or use
/// [`go`](WaitGroup::go), which does both.
///
/// Memory order: a `done` comes before a `wait` that it lets go on. An `add` from zero that nothing orders with a `wait`
/// is a race, and the exploring scheduler reports it.
///
/// Cost: one atomic instruction for `add` and `done`.
///
/// ```
/// use goroutines::prelude::*;
///
/// run(|| {
///     let total = Shared::new(0);
///     let wg = WaitGroup::new();
///     wg.add(1);
///     let (t, done) = (total.clone(), wg.clone());
///     go!({
///         t.set(42);
///         done.done();
///     });
///     wg.wait();
///     assert_eq!(total.get(), 42);
/// });
/// ```
#[derive(Clone)]
pub struct WaitGroup(Arc<Group>);

struct Group {
    state: AtomicU64,
    sema: Sema,
    tag: Tag,
    /// Read by an `add` from zero and written by the first to wait: unordered, they are a race.
    reuse: Tag,
}

impl WaitGroup {
    /// A group of none.
    ///
    /// ```
    /// goroutines::sync::WaitGroup::new().wait();
    /// ```
    #[track_caller]
    pub fn new() -> Self {
        let group = Arc::new(Group {
            state: AtomicU64::new(0),
            sema: Sema::new(),
            tag: Tag::new(),
            reuse: Tag::new(),
        });
        seam::made(&group.tag, "sync.WaitGroup", 0);
        WaitGroup(group)
    }

    /// Adds `n`, which may be negative, to the counter; at zero, everyone who waits goes on. Go's `Add`.
    ///
    /// # Panics
    ///
    /// `sync: negative WaitGroup counter` if it falls below zero; `sync: WaitGroup misuse: Add called concurrently with
    /// Wait` where that is noticed.
    ///
    /// ```
    /// let wg = goroutines::sync::WaitGroup::new();
    /// wg.add(2);
    /// wg.add(-2);
    /// wg.wait();
    /// ```
    #[inline]
    #[track_caller]
    pub fn add(&self, n: i64) {
        if hooked() {
            self.add_told(n);
        } else {
            self.0.add::<false>(n);
        }
    }

    /// The same where somebody may listen. Out of the way, as for `done`: one look at the hooks a call is all that the others
    /// pay.
    #[cold]
    #[inline(never)]
    #[track_caller]
    fn add_told(&self, n: i64) {
        if n < 0 {
            seam::point(Op::Done, &self.0.tag);
            seam::release(&self.0.tag, 0);
        } else {
            seam::point(Op::Add, &self.0.tag);
            seam::added(n.unsigned_abs());
        }
        seam::outcome(|| n.to_string());
        self.0.add::<true>(n);
    }

    /// One goroutine is done: `add(-1)`. Go's `Done`.
    ///
    /// # Panics
    ///
    /// `sync: negative WaitGroup counter` if there were none.
    ///
    /// ```
    /// let wg = goroutines::sync::WaitGroup::new();
    /// wg.add(1);
    /// wg.done();
    /// wg.wait();
    /// ```
    #[inline]
    #[track_caller]
    pub fn done(&self) {
        if hooked() {
            self.done_told(Location::caller());
        } else {
            self.0.add::<false>(-1);
        }
    }

    /// Waits until the counter is zero. Go's `Wait`.
    ///
    /// # Panics
    ///
    /// `sync: WaitGroup is reused before previous Wait has returned` if somebody adds again before this has returned.
    ///
    /// ```
    /// use goroutines::prelude::*;
    ///
    /// run(|| {
    ///     let wg = WaitGroup::new();
    ///     wg.go(|| ());
    ///     wg.wait();
    /// });
    /// ```
    #[track_caller]
    pub fn wait(&self) {
        let at = Location::caller();
        if hooked() {
            self.wait_told(at);
        } else {
            self.wait_here::<false>(at);
        }
    }

    #[cold]
    #[inline(never)]
    fn wait_told(&self, at: &'static Location<'static>) {
        seam::point_at(Op::Wait, &self.0.tag, at);
        self.wait_here::<true>(at);
    }

    /// `TOLD`: whether somebody may listen.
    #[inline(always)]
    fn wait_here<const TOLD: bool>(&self, at: &'static Location<'static>) {
        let group = &*self.0;
        let mut state = group.state.load(Ordering::Acquire);
        loop {
            if counter(state) == 0 {
                if TOLD {
                    seam::acquire(&group.tag, 0);
                }
                return;
            }
            // Before it is counted.
            Who::expect("WaitGroup::wait");
            match group.state.compare_exchange_weak(
                state,
                state + 1,
                Ordering::AcqRel,
                Ordering::Acquire,
            ) {
                Ok(_) => break,
                Err(now) => state = now,
            }
        }
        if TOLD && waiters(state) == 0 {
            // The first only: those who wait are no race with each other.
            seam::access_at(&group.reuse, true, at);
        }
        group.sema.acquire(Turn::Last, WaitReason::WaitGroup, at);
        let reused = group.state.load(Ordering::Acquire) != 0;
        if TOLD {
            seam::acquire(&group.tag, 0);
        }
        if reused {
            panic!("sync: WaitGroup is reused before previous Wait has returned");
        }
    }

    /// Starts a goroutine that is counted: `add(1)`, and `done` when `f` returns or calls `goexit`. Go's `WaitGroup.Go`.
    ///
    /// A panic of `f` ends the program before anyone who waits could go on.
    ///
    /// # Panics
    ///
    /// As [`add`](WaitGroup::add); and outside of a goroutine.
    ///
    /// ```
    /// use goroutines::prelude::*;
    ///
    /// run(|| {
    ///     let n = Shared::new(0);
    ///     let wg = WaitGroup::new();
    ///     let m = n.clone();
    ///     wg.go(move || m.set(1));
    ///     wg.wait();
    ///     assert_eq!(n.get(), 1);
    /// });
    /// ```
    #[track_caller]
    pub fn go(&self, f: impl FnOnce() + Send + 'static) {
        // In a box it is "recovered, repanicked", as Go says.
        self.start(f, |payload| Box::new(payload));
    }

    /// Starts a goroutine that is counted. `panics` says with what a panic of `f` goes on.
    #[track_caller]
    pub(crate) fn start(&self, f: impl FnOnce() + Send + 'static, panics: fn(Payload) -> Payload) {
        seam::expect_current("WaitGroup::go");
        self.add(1);
        let group = self.clone();
        let at = Location::caller();
        crate::go(move || {
            if let Err(payload) = catch_unwind(AssertUnwindSafe(f)) {
                if is_goexit(&*payload) {
                    group.done_at(at);
                    resume_unwind(payload);
                }
                // No `done`: who waits must not go on and end the program before this panic does.
                resume_unwind(panics(payload));
            }
            group.done_at(at);
        });
    }

    /// `done` for a place in the program that the caller remembers.
    fn done_at(&self, at: &'static Location<'static>) {
        if hooked() {
            self.done_told(at);
        } else {
            self.0.add::<false>(-1);
        }
    }

    #[cold]
    #[inline(never)]
    #[track_caller]
    fn done_told(&self, at: &'static Location<'static>) {
        seam::point_at(Op::Done, &self.0.tag, at);
        seam::release(&self.0.tag, 0);
        self.0.add::<true>(-1);
    }
}

/// What a panic carries.
type Payload = Box<dyn Any + Send>;

/// The upper half, a signed number.
fn counter(state: u64) -> i32 {
    (state >> 32) as i32
}

fn waiters(state: u64) -> u32 {
    state as u32
}

impl Group {
    /// `TOLD`: whether somebody may listen.
    #[inline]
    #[track_caller]
    fn add<const TOLD: bool>(&self, n: i64) {
        // The counter has 32 bits, as Go's: more than that wraps.
        let delta = n as i32;
        let add = (n as u64) << 32;
        let state = self
            .state
            .fetch_add(add, Ordering::AcqRel)
            .wrapping_add(add);
        let (v, w) = (counter(state), waiters(state));
        if TOLD {
            seam::shut(&self.tag, u32::try_from(v).unwrap_or(0));
            if delta > 0 && v == delta {
                seam::access(&self.reuse, false);
            }
        }
        if v > 0 || (v == 0 && w == 0) {
            if w != 0 && delta > 0 && v == delta {
                panic!("sync: WaitGroup misuse: Add called concurrently with Wait");
            }
            return;
        }
        self.reached(state);
    }

    /// The counter is zero with goroutines waiting, or below.
    #[cold]
    #[inline(never)]
    #[track_caller]
    fn reached(&self, state: u64) {
        if counter(state) < 0 {
            seam::overdrawn(&self.tag);
            panic!("sync: negative WaitGroup counter");
        }
        // Nobody may add now, and whoever waits no longer counts itself.
        if self
            .state
            .compare_exchange(state, 0, Ordering::AcqRel, Ordering::Relaxed)
            .is_err()
        {
            panic!("sync: WaitGroup misuse: Add called concurrently with Wait");
        }
        for _ in 0..waiters(state) {
            self.sema.release();
        }
    }
}

impl Default for WaitGroup {
    #[track_caller]
    fn default() -> Self {
        WaitGroup::new()
    }
}

impl fmt::Debug for WaitGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        seam::shown(None);
        let state = self.0.state.load(Ordering::Relaxed);
        f.debug_struct("WaitGroup")
            .field("counter", &counter(state))
            .field("waiters", &waiters(state))
            .finish()
    }
}

impl UnwindSafe for WaitGroup {}
impl RefUnwindSafe for WaitGroup {}
