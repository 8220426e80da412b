//! The lock of the runtime's own state: a word, a short spin, a futex; and whose holder no preemption stops.
//!
//! Every object (channel, group, queue) has one, and so have the schedulers. Three things are asked of it:
//!
//! - it can be released on another stack than it was taken on (`park` releases it after the switch);
//! - its holder is not stopped by the preemption signal: a scheduler may be the next to want it, and whoever runs the
//!   stopped goroutine on would have to be scheduled by that very scheduler. So taking it counts the thread into the
//!   runtime's own code ([`count_in`]), releasing it counts it out;
//! - it shares nothing with other locks of the process. A parking lot's table does: a goroutine of the program stopped
//!   while it holds a bucket of that table would stop the scheduler.
//!
//! **Rejected**: `std::sync::Mutex` (its guard cannot be released elsewhere), parking_lot (the last point).

use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering, compiler_fence};

use lock_api::{GuardNoSend, RawMutex};

/// A value behind such a lock.
pub(crate) type Lock<T> = lock_api::Mutex<RawLock, T>;
/// Holds it.
pub(crate) type LockGuard<'a, T> = lock_api::MutexGuard<'a, RawLock, T>;

const FREE: u32 = 0;
const HELD: u32 = 1;
/// Held, and somebody may sleep.
const WANTED: u32 = 2;
/// How long one who finds it held looks away before it looks again, in pauses of the processor; twice as long each time,
/// and after the last it sleeps. It is held for some ten nanoseconds as a rule, but who has just released it wants it
/// again soon: two threads that look all the time take it from each other at each turn, which costs a cache miss a turn.
/// One that looks away leaves the other to make many turns at full speed.
const FIRST_PAUSES: u32 = 32;
const LAST_PAUSES: u32 = 256;

/// The lock itself.
pub(crate) struct RawLock(AtomicU32);

impl RawLock {
    #[cold]
    fn lock_slow(&self) {
        let mut pauses = FIRST_PAUSES;
        while pauses <= LAST_PAUSES {
            for _ in 0..pauses {
                std::hint::spin_loop();
            }
            pauses *= 2;
            if self.0.load(Ordering::Relaxed) == FREE
                && self
                    .0
                    .compare_exchange(FREE, HELD, Ordering::Acquire, Ordering::Relaxed)
                    .is_ok()
            {
                return;
            }
        }
        // Whoever takes it from here on takes it as WANTED: others may sleep as well.
        while self.0.swap(WANTED, Ordering::Acquire) != FREE {
            atomic_wait::wait(&self.0, WANTED);
        }
    }
}

// SAFETY: FREE → HELD or WANTED by one thread only, with acquire; back to FREE by `unlock` only, with release.
unsafe impl RawMutex for RawLock {
    #[allow(
        clippy::declare_interior_mutable_const,
        reason = "lock_api's way to make one"
    )]
    const INIT: RawLock = RawLock(AtomicU32::new(FREE));

    type Guard = GuardNoSend;

    #[inline]
    fn lock(&self) -> GuardNoSend {
        count_in();
        if self
            .0
            .compare_exchange(FREE, HELD, Ordering::Acquire, Ordering::Relaxed)
            .is_err()
        {
            self.lock_slow();
        }
        GuardNoSend::new()
    }

    #[inline]
    fn try_lock(&self) -> Option<GuardNoSend> {
        count_in();
        let free = self
            .0
            .compare_exchange(FREE, HELD, Ordering::Acquire, Ordering::Relaxed)
            .is_ok();
        if !free {
            count_out();
        }
        free.then(GuardNoSend::new)
    }

    #[inline]
    unsafe fn unlock(&self, _: GuardNoSend) {
        if self.0.swap(FREE, Ordering::Release) == WANTED {
            atomic_wait::wake_one(&self.0);
        }
        count_out();
    }

    fn is_locked(&self) -> bool {
        self.0.load(Ordering::Relaxed) != FREE
    }
}

/// The guard's state, for a lock that is released without its guard.
pub(crate) fn guard_state() -> GuardNoSend {
    GuardNoSend::new()
}

// ---- the runtime's own code ---------------------------------------------------------------------------------------

thread_local! {
    /// Where this thread counts how deep it is in the runtime's own code; none on threads that are no M.
    static DEPTH: Cell<Option<&'static AtomicU32>> = const { Cell::new(None) };
}

/// This thread counts in `depth` from here on. A thread-local of its own beside those of `seam.rs`: those change with every
/// switch or every schedule, this one never, and locks stand below the seam. Gives back where it has counted before.
pub(crate) fn count_with(depth: Option<&'static AtomicU32>) -> Option<&'static AtomicU32> {
    DEPTH.replace(depth)
}

/// The counter of this thread. Not inlined, for the reason given in `seam.rs`: a goroutine may take one lock on one
/// thread and the next on another.
#[inline(never)]
fn depth() -> Option<&'static AtomicU32> {
    DEPTH.get()
}

/// From here on this thread is in the runtime's own code: its goroutine is not stopped by a signal.
#[inline]
pub(crate) fn count_in() {
    if let Some(d) = depth() {
        // Its own thread is the only one to write; the handler runs on it, and others look after a barrier.
        d.store(d.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
        compiler_fence(Ordering::SeqCst);
    }
}

/// Out of it again.
#[inline]
pub(crate) fn count_out() {
    if let Some(d) = depth() {
        compiler_fence(Ordering::SeqCst);
        d.store(d.load(Ordering::Relaxed) - 1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_at_a_time() {
        let n = Lock::new(0_u64);
        std::thread::scope(|s| {
            for _ in 0..4 {
                s.spawn(|| {
                    for _ in 0..50_000 {
                        let mut n = n.lock();
                        let v = *n;
                        *n = std::hint::black_box(v) + 1;
                    }
                });
            }
        });
        assert_eq!(n.into_inner(), 200_000);
    }

    #[test]
    fn holding_one_counts() {
        static D: AtomicU32 = AtomicU32::new(0);
        count_with(Some(&D));
        let lock = Lock::new(());
        let held = lock.lock();
        assert_eq!(D.load(Ordering::Relaxed), 1);
        assert!(lock.try_lock().is_none());
        assert_eq!(D.load(Ordering::Relaxed), 1);
        drop(held);
        assert_eq!(D.load(Ordering::Relaxed), 0);
        count_with(None);
    }
}
