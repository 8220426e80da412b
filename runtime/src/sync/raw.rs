//! Locks in Go's convention: `lock` and `unlock` are called by hand, by any goroutine.
//!
//! [`super::Mutex`] is this with a value inside and a guard that unlocks. Here nothing unlocks for you, and to unlock what
//! is not locked ends the program, as in Go.
//!
//! ```
//! use goroutines::sync::raw::Mutex;
//!
//! static BUSY: Mutex = Mutex::new();
//!
//! BUSY.lock();
//! assert!(!BUSY.try_lock());
//! BUSY.unlock();
//! ```

mod rwmutex;

use std::fmt;
use std::panic::{Location, RefUnwindSafe, UnwindSafe};

pub use rwmutex::RWMutex;

use super::bare::Bare;
use crate::panics;
use crate::primitives::{Tag, hooked};
use crate::seam::{self, Hold, Observer, Op};

/// A mutual exclusion lock without a value: Go's `sync.Mutex`.
///
/// It has no owner: one goroutine may lock it and another unlock it. Zero cost to make, `const`, and never moved while it
/// is used.
///
/// Memory order: what came before `unlock` comes before what follows the next `lock` that returns.
///
/// ```
/// use goroutines::sync::raw::Mutex;
///
/// static LOCK: Mutex = Mutex::new();
///
/// goroutines::run(|| {
///     LOCK.lock();
///     assert!(!LOCK.try_lock());
///     LOCK.unlock();
/// });
/// ```
pub struct Mutex {
    bare: Bare,
    tag: Tag,
}

impl Mutex {
    /// An unlocked mutex.
    ///
    /// ```
    /// let m = goroutines::sync::raw::Mutex::new();
    /// assert!(m.try_lock());
    /// ```
    pub const fn new() -> Self {
        Mutex {
            bare: Bare::new(),
            tag: Tag::new(),
        }
    }

    /// Locks it; waits while somebody else has it. Go's `Lock`.
    ///
    /// One atomic instruction while nobody else wants it. A goroutine that has it and locks it again waits for ever.
    ///
    /// ```
    /// let m = goroutines::sync::raw::Mutex::new();
    /// m.lock();
    /// m.unlock();
    /// ```
    #[inline]
    #[track_caller]
    pub fn lock(&self) {
        let at = Location::caller();
        if hooked() {
            self.lock_hooked(at);
        } else {
            self.bare.lock(at);
        }
    }

    /// The same where somebody may listen. Out of the way: one look at the hooks a call is all that the others pay.
    #[cold]
    #[inline(never)]
    fn lock_hooked(&self, at: &'static Location<'static>) {
        let told = self.approach(Op::Lock, at);
        self.bare.lock(at);
        self.entered(told);
    }

    /// Locks it if that needs no waiting, and says whether it did. Go's `TryLock`.
    ///
    /// ```
    /// let m = goroutines::sync::raw::Mutex::new();
    /// assert!(m.try_lock());
    /// assert!(!m.try_lock());
    /// ```
    #[inline]
    #[track_caller]
    pub fn try_lock(&self) -> bool {
        let at = Location::caller();
        let told = hooked().then(|| self.approach(Op::TryLock, at)).flatten();
        let got = self.bare.try_lock();
        seam::outcome(|| format!("→ {got}"));
        if got {
            self.entered(told);
        }
        got
    }

    /// Unlocks it, and wakes who has waited longest. Go's `Unlock`. One atomic instruction if nobody waits.
    ///
    /// If it is not locked, the program ends: `fatal error: sync: unlock of unlocked mutex`. Nobody can recover that.
    ///
    /// ```
    /// use goroutines::prelude::*;
    ///
    /// let crash = Builder::new().try_run(|| sync::raw::Mutex::new().unlock()).unwrap_err();
    /// assert!(crash.to_string().starts_with("fatal error: sync: unlock of unlocked mutex\n"));
    /// ```
    #[inline]
    #[track_caller]
    pub fn unlock(&self) {
        if hooked() {
            self.about_to_unlock(Location::caller());
        }
        self.unlock_told();
    }

    /// What follows `about_to_unlock`.
    #[inline]
    pub(super) fn unlock_told(&self) {
        if self.bare.unlock().is_err() {
            panics::fatal("sync: unlock of unlocked mutex");
        }
    }

    /// Tells of an unlock. Only where anybody listens.
    #[cold]
    #[inline(never)]
    pub(super) fn about_to_unlock(&self, at: &'static Location<'static>) {
        if let Some(told) = self.approach(Op::Unlock, at) {
            told.gave(&self.tag, 0, Hold::MutexReleased);
        }
    }

    /// A choice point: only where anybody listens, who is given back.
    #[inline(always)]
    fn approach(&self, op: Op, at: &'static Location<'static>) -> Option<&'static dyn Observer> {
        seam::point_anew(op, &self.tag, at, || self.bare.clear())
    }

    #[inline(always)]
    fn entered(&self, told: Option<&'static dyn Observer>) {
        if let Some(told) = told {
            told.took(&self.tag, 0, Hold::Mutex);
        }
    }
}

impl Default for Mutex {
    fn default() -> Self {
        Mutex::new()
    }
}

impl fmt::Debug for Mutex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mutex").finish_non_exhaustive()
    }
}

impl UnwindSafe for Mutex {}
impl RefUnwindSafe for Mutex {}
