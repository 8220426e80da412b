//! A lock for the library's own use, under which the program's code may run: it may wait there, and no observer sees it.
//!
//! The word that others wait on is the mutex of `bare.rs`; the lock inside is never contended, it only makes the value
//! reachable in safe Rust.

use std::panic::Location;

use super::bare::Bare;
use crate::primitives::Lock;

pub(super) struct Quiet<T> {
    bare: Bare,
    value: Lock<T>,
}

impl<T> Quiet<T> {
    pub(super) const fn new(v: T) -> Self {
        Quiet {
            bare: Bare::new(),
            value: Lock::new(v),
        }
    }

    /// Runs `f` with the value, one goroutine at a time. A panic in `f` releases it.
    pub(super) fn with<R>(&self, at: &'static Location<'static>, f: impl FnOnce(&mut T) -> R) -> R {
        self.bare.lock(at);
        let _unlock = Unlock(&self.bare);
        // Locked after `_unlock` was made, so released before it is dropped.
        f(&mut self.value.lock())
    }
}

struct Unlock<'a>(&'a Bare);

impl Drop for Unlock<'_> {
    fn drop(&mut self) {
        let unlocked = self.0.unlock();
        debug_assert!(unlocked.is_ok());
    }
}
