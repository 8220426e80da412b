//! What the lab is doing, for a look from another thread.

use std::panic::Location;
use std::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, Ordering};

/// What the lab is doing, for a look from another thread.
#[derive(Debug)]
pub(crate) struct Pulse {
    beat: AtomicU64,
    who: AtomicU32,
    at: AtomicPtr<Location<'static>>,
}

impl Pulse {
    pub(super) const fn new() -> Pulse {
        Pulse {
            beat: AtomicU64::new(0),
            who: AtomicU32::new(0),
            at: AtomicPtr::new(std::ptr::null_mut()),
        }
    }

    /// A step is made. Only the lab's own thread writes.
    #[inline]
    pub(super) fn mark(&self, who: u32, at: Option<&'static Location<'static>>) {
        self.beat
            .store(self.beat.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
        self.who.store(who, Ordering::Relaxed);
        let at = at.map_or(std::ptr::null(), std::ptr::from_ref);
        self.at.store(at.cast_mut(), Ordering::Relaxed);
    }

    /// No step is made, but something else is: this thread waits for another exploration. Only the lab's own thread calls.
    pub(crate) fn touch(&self) {
        self.beat
            .store(self.beat.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
    }

    /// Steps of all schedules.
    pub(crate) fn beat(&self) -> u64 {
        self.beat.load(Ordering::Relaxed)
    }

    /// Who made the last step, and where.
    pub(crate) fn place(&self) -> (u32, Option<&'static Location<'static>>) {
        let at = self.at.load(Ordering::Relaxed);
        // SAFETY: null, or from the `&'static Location` that `mark` was given.
        (self.who.load(Ordering::Relaxed), unsafe { at.as_ref() })
    }
}
