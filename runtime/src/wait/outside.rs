//! Waiting on a thread that a goroutine has made (`std::thread::spawn`): it has nothing to park, so it blocks.
//!
//! It waits as a goroutine does, in the same queues, with a `G` that stands in for it and that nobody ever runs: to make it
//! runnable is to write that it is. The thread looks now and then, and sleeps in between.
//!
//! Only threads of a runtime that lives wait: else nobody may be left to wake them, and to say so is of more use. Which
//! one it is their names say (`sched/outside.rs`).

use std::time::Duration;

use super::Unlock;
use crate::goroutine::{Abandon, G, Origin, Status};
use crate::seam;

/// The home of those who stand in for threads: no runtime has this number.
pub(super) const OUTSIDE: u64 = u64::MAX;

/// How long a thread sleeps before it looks again: ever longer.
const NAPS: (Duration, Duration) = (Duration::from_micros(10), Duration::from_millis(1));

/// Stands in for the thread that waits, until it is dropped.
pub(crate) struct StandIn {
    pub(super) g: &'static G,
}

impl StandIn {
    /// `None` for a thread that no goroutine of a living runtime has made.
    #[cold]
    pub(super) fn new() -> Option<StandIn> {
        runtime_of_this_thread().filter(|&r| seam::lives(r))?;
        let g = G::take();
        // SAFETY: taken just now: it is dead, and nobody else holds it.
        unsafe { g.bear(0, OUTSIDE, 0, Origin::NONE) };
        Some(StandIn { g })
    }

    /// Blocks the thread until somebody wakes its `G`.
    ///
    /// # Safety
    ///
    /// As for `park`, but that `unlock` is called on this thread, at once.
    ///
    /// # Panics
    ///
    /// If the runtime ends meanwhile; what it waited in is left then.
    #[cold]
    pub(super) unsafe fn sleep(&self, unlock: Option<Unlock>, abandon: Option<Abandon>) {
        self.g.set_status(Status::Waiting);
        if let Some(u) = unlock {
            // SAFETY: the caller's promise.
            unsafe { (u.run)(u.data) };
        }
        let runtime = runtime_of_this_thread();
        let mut nap = NAPS.0;
        while self.g.status() == Status::Waiting {
            let ended = !runtime.is_some_and(seam::lives);
            // SAFETY: the caller's promise: the data is in the frame that waits here.
            if ended && abandon.is_none_or(|a| unsafe { (a.run)(a.data) }) {
                seam::expect_current("this call would block");
            }
            std::thread::sleep(nap);
            nap = (nap * 2).min(NAPS.1);
        }
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.g.set_status(Status::Dead);
        G::give_back([self.g]);
    }
}

fn runtime_of_this_thread() -> Option<u64> {
    seam::runtime_of(&std::fs::read_to_string("/proc/thread-self/comm").ok()?)
}
