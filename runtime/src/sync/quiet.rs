//! A lock for the library's own use, under which the program's code may run: it may wait there, and no observer sees it.
//!
//! It is the mutex of `bare.rs` with a value inside, and no lock of the runtime's own (`lock.rs`): such a one counts on the
//! thread that takes it, and whoever waits may go on on another one.

use std::cell::UnsafeCell;
use std::panic::Location;

use super::bare::Bare;

pub(super) struct Quiet<T> {
    bare: Bare,
    value: UnsafeCell<T>,
}

// SAFETY: the mutex lets one goroutine at a time reach the value; sharing it moves the value from one to another, which is
// what `T: Send` allows.
unsafe impl<T: Send> Sync for Quiet<T> {}

impl<T> Quiet<T> {
    pub(super) const fn new(v: T) -> Self {
        Quiet {
            bare: Bare::new(),
            value: UnsafeCell::new(v),
        }
    }

    /// Runs `f` with the value, one goroutine at a time. A panic in `f` releases it.
    pub(super) fn with<R>(&self, at: &'static Location<'static>, f: impl FnOnce(&mut T) -> R) -> R {
        self.bare.lock(at);
        let _unlock = Unlock(&self.bare);
        // SAFETY: locked until `_unlock` is dropped, and `f` cannot keep what it borrows.
        f(unsafe { &mut *self.value.get() })
    }
}

struct Unlock<'a>(&'a Bare);

impl Drop for Unlock<'_> {
    fn drop(&mut self) {
        let unlocked = self.0.unlock();
        debug_assert!(unlocked.is_ok());
    }
}
