//! Where a goroutine stands, as one word with named transitions.
//!
//! `tests/models.rs` tries out with this very file what `goroutine.rs` says of parking and waking.

use crate::primitives::atomic::{AtomicU8, Ordering};

/// Where a goroutine stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub(crate) enum Status {
    Dead,
    Runnable,
    Running,
    Waiting,
}

/// The word.
pub(crate) struct StatusWord(AtomicU8);

impl StatusWord {
    /// Of one that is dead.
    pub(crate) fn new() -> StatusWord {
        StatusWord(AtomicU8::new(Status::Dead as u8))
    }

    #[inline]
    pub(crate) fn get(&self) -> Status {
        match self.0.load(Ordering::Acquire) {
            0 => Status::Dead,
            1 => Status::Runnable,
            2 => Status::Running,
            _ => Status::Waiting,
        }
    }

    /// Written by whoever holds the goroutine. What it did before is seen by who sees this.
    #[inline]
    pub(crate) fn set(&self, s: Status) {
        self.0.store(s as u8, Ordering::Release);
    }

    /// Waiting → Runnable, by exactly one of those who try; `false` if it did not wait.
    #[inline]
    #[must_use]
    pub(crate) fn wake(&self) -> bool {
        self.0
            .compare_exchange(
                Status::Waiting as u8,
                Status::Runnable as u8,
                Ordering::AcqRel,
                Ordering::Relaxed,
            )
            .is_ok()
    }
}
