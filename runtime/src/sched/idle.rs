//! Who searches and who sleeps, in words that those who make work and those who go to sleep read without a lock.
//!
//! Why nothing is missed is argued at the top of `sched/mod.rs`; `tests/models.rs` tries it out with this very file. Each
//! of the two sides writes its own word, makes a full fence, and reads the other's.

use crate::primitives::CachePadded;
use crate::primitives::atomic::{AtomicU64, AtomicUsize, Ordering, fence};

/// The words.
pub(crate) struct Idle {
    /// How many Ms search for work.
    spinning: CachePadded<AtomicUsize>,
    /// How many Ps nobody holds; written under the state's lock.
    ps: CachePadded<AtomicUsize>,
    /// When the M that waits for timers will wake; 0 if none waits for them.
    until: AtomicU64,
}

/// Whom a timer that was set concerns.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[must_use]
pub(crate) enum Hears {
    /// Nobody waits for timers: an idle M, if there is one, shall look, and then wait for this one.
    Anybody,
    /// The M that waits for timers would wake too late.
    Sleeper,
    /// It will wake in time.
    Nobody,
}

impl Idle {
    pub(crate) fn new() -> Idle {
        Idle {
            spinning: CachePadded(AtomicUsize::new(0)),
            ps: CachePadded(AtomicUsize::new(0)),
            until: AtomicU64::new(0),
        }
    }

    // ---- who makes work ---------------------------------------------------------------------------------------------

    /// There is new work, which everybody can see: whether one more M shall search for it. `true` counts that one; if
    /// there is no P for it after all, see [`Idle::not_after_all`].
    #[inline]
    pub(crate) fn wants_one(&self) -> bool {
        fence(Ordering::SeqCst);
        self.ps.load(Ordering::Acquire) != 0
            && self.spinning.load(Ordering::Acquire) == 0
            && self
                .spinning
                .compare_exchange(0, 1, Ordering::SeqCst, Ordering::Relaxed)
                .is_ok()
    }

    /// The one that was wanted does not start.
    pub(crate) fn not_after_all(&self) {
        self.spinning.fetch_sub(1, Ordering::SeqCst);
    }

    /// A timer was set for `when`, which is the first of its heap, and everybody can see it.
    pub(crate) fn hears(&self, when: u64) -> Hears {
        fence(Ordering::SeqCst);
        match self.until.load(Ordering::Acquire) {
            0 => Hears::Anybody,
            until if when < until => Hears::Sleeper,
            _ => Hears::Nobody,
        }
    }

    // ---- who searches -----------------------------------------------------------------------------------------------

    pub(crate) fn spinning(&self) -> usize {
        self.spinning.load(Ordering::Acquire)
    }

    /// One more searches.
    pub(crate) fn search(&self) {
        self.spinning.fetch_add(1, Ordering::SeqCst);
    }

    /// One has found work. `true`: it was the last that searched, and somebody else shall: there may be more.
    #[must_use]
    pub(crate) fn found(&self) -> bool {
        self.spinning.fetch_sub(1, Ordering::SeqCst) == 1
    }

    /// One gives up, whose P is idle already. It has to look at all queues once more after this.
    pub(crate) fn give_up(&self) {
        self.spinning.fetch_sub(1, Ordering::SeqCst);
        fence(Ordering::SeqCst);
    }

    // ---- who sleeps -------------------------------------------------------------------------------------------------

    /// How many Ps are idle.
    pub(crate) fn ps(&self) -> usize {
        self.ps.load(Ordering::SeqCst)
    }

    /// Under the state's lock: so many are idle.
    pub(crate) fn set_ps(&self, n: usize) {
        self.ps.store(n, Ordering::SeqCst);
    }

    /// When the M that waits for timers will wake.
    pub(crate) fn until(&self) -> u64 {
        self.until.load(Ordering::Relaxed)
    }

    /// An M is about to sleep whose P is idle: it has to look at the first moments of all heaps after this.
    pub(crate) fn before_timers(&self) {
        fence(Ordering::SeqCst);
    }

    /// Under the state's lock: the M that waits for timers will wake then. It has to look at the first moments once more.
    pub(crate) fn sleep_until(&self, when: u64) {
        self.until.store(when, Ordering::SeqCst);
        fence(Ordering::SeqCst);
    }

    /// Under the state's lock: nobody waits for timers any more.
    pub(crate) fn wakes(&self) {
        self.until.store(0, Ordering::Release);
    }
}
