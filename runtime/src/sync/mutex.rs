//! A value that one goroutine at a time can reach: Go's `sync.Mutex` with what it protects inside.

use std::cell::UnsafeCell;
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::panic::{Location, RefUnwindSafe, UnwindSafe};

use super::raw;
use crate::change::hands;
use crate::primitives::hooked;
use crate::seam;

/// A mutual exclusion lock around a value.
///
/// A goroutine that finds it locked waits, and its thread runs others meanwhile. The lock is Go's: fast and unfair while
/// nobody waits for more than 1 ms, handed over in order then. A guard may be kept across any call that waits.
///
/// A panic while it is held unlocks it, as a deferred `Unlock` does in Go: there is no poisoning.
///
/// A goroutine that holds it when its runtime ends holds it for ever: nothing of a goroutine runs then, as in Go.
///
/// Cost: one atomic instruction to lock and one to unlock while nobody else wants it.
///
/// Memory order: what came before an unlock comes before what follows the next lock.
///
/// Where Go has a lock beside a variable, use [`raw::Mutex`].
///
/// ```
/// use goroutines::prelude::*;
/// use std::sync::Arc;
///
/// run(|| {
///     let n = Arc::new(Mutex::new(0));
///     let wg = WaitGroup::new();
///     for _ in 0..10 {
///         let n = n.clone();
///         wg.go(move || *n.lock() += 1);
///     }
///     wg.wait();
///     assert_eq!(*n.lock(), 10);
/// });
/// ```
pub struct Mutex<T: ?Sized> {
    raw: raw::Mutex,
    value: UnsafeCell<T>,
}

// SAFETY: the raw lock lets one goroutine at a time reach the value; sharing the mutex moves the value from one to
// another, which is what `T: Send` allows.
unsafe impl<T: ?Sized + Send> Sync for Mutex<T> {}
// SAFETY: the mutex owns its value.
unsafe impl<T: ?Sized + Send> Send for Mutex<T> {}

// No poisoning: a value that a panic left half changed is the program's business, as in Go.
impl<T: ?Sized> UnwindSafe for Mutex<T> {}
impl<T: ?Sized> RefUnwindSafe for Mutex<T> {}

/// Access to what a [`Mutex`] protects, until it is dropped.
///
/// ```
/// use goroutines::sync::{Mutex, MutexGuard};
///
/// fn push(mut list: MutexGuard<'_, Vec<i32>>) {
///     list.push(1);
/// } // unlocked here
///
/// let list = Mutex::new(vec![]);
/// push(list.lock());
/// assert_eq!(*list.lock(), [1]);
/// ```
#[must_use = "the mutex is unlocked as soon as its guard is dropped"]
pub struct MutexGuard<'a, T: ?Sized> {
    mutex: &'a Mutex<T>,
    /// Where it was locked. A drop has no place of its own in the program.
    at: &'static Location<'static>,
    /// Whether the value may have been written: then there is something for others in it.
    wrote: bool,
    /// As std's: it stays with its goroutine.
    _not_send: PhantomData<std::sync::MutexGuard<'static, ()>>,
}

// SAFETY: who shares a guard can reach no more than a `&T`. That the mutex itself may be shared is not enough: a `Cell` in
// it would be reached by two at once.
unsafe impl<T: ?Sized + Sync> Sync for MutexGuard<'_, T> {}

impl<T> Mutex<T> {
    /// An unlocked mutex around `v`.
    ///
    /// ```
    /// use goroutines::prelude::*;
    ///
    /// static HITS: Mutex<u32> = Mutex::new(0);
    ///
    /// run(|| *HITS.lock() += 1);
    /// ```
    pub const fn new(v: T) -> Self {
        Mutex {
            raw: raw::Mutex::new(),
            value: UnsafeCell::new(v),
        }
    }

    /// The value, without locking: nobody else can have the mutex any more.
    ///
    /// ```
    /// let m = goroutines::sync::Mutex::new(3);
    /// assert_eq!(m.into_inner(), 3);
    /// ```
    pub fn into_inner(self) -> T {
        seam::looks();
        self.value.into_inner()
    }
}

impl<T: ?Sized> Mutex<T> {
    /// Locks it; waits while somebody else has it. Go's `Lock`, and `Unlock` when the guard is dropped.
    ///
    /// A goroutine that has it and locks it again waits for ever.
    ///
    /// ```
    /// let m = goroutines::sync::Mutex::new(vec![1]);
    /// m.lock().push(2);
    /// assert_eq!(*m.lock(), [1, 2]);
    /// ```
    #[inline]
    #[track_caller]
    pub fn lock(&self) -> MutexGuard<'_, T> {
        self.raw.lock();
        self.guard()
    }

    /// Locks it if that needs no waiting. Go's `TryLock`.
    ///
    /// ```
    /// let m = goroutines::sync::Mutex::new(0);
    /// let held = m.lock();
    /// assert!(m.try_lock().is_none());
    /// drop(held);
    /// assert!(m.try_lock().is_some());
    /// ```
    #[inline]
    #[track_caller]
    pub fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        // Not in a closure: that would be the place where it was locked.
        if self.raw.try_lock() {
            Some(self.guard())
        } else {
            None
        }
    }

    /// The value, without locking: the borrow says that nobody else has the mutex.
    ///
    /// ```
    /// let mut m = goroutines::sync::Mutex::new(1);
    /// *m.get_mut() = 2;
    /// assert_eq!(m.into_inner(), 2);
    /// ```
    pub fn get_mut(&mut self) -> &mut T {
        seam::looks();
        self.value.get_mut()
    }

    /// The guard of who has just locked it.
    #[inline]
    #[track_caller]
    fn guard(&self) -> MutexGuard<'_, T> {
        MutexGuard {
            mutex: self,
            at: Location::caller(),
            wrote: false,
            _not_send: PhantomData,
        }
    }
}

impl<'a, T: ?Sized> MutexGuard<'a, T> {
    /// The mutex that this guard keeps locked.
    pub(super) fn mutex(&self) -> &'a Mutex<T> {
        self.mutex
    }
}

impl<T: ?Sized> Deref for MutexGuard<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: a guard exists only while its mutex is locked for it, and only its goroutine reaches the value.
        unsafe { &*self.mutex.value.get() }
    }
}

impl<T: ?Sized> DerefMut for MutexGuard<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        self.wrote = true;
        // SAFETY: as in `deref`, and the guard is borrowed uniquely.
        unsafe { &mut *self.mutex.value.get() }
    }
}

impl<T: ?Sized> Drop for MutexGuard<'_, T> {
    #[inline]
    fn drop(&mut self) {
        if hooked() {
            // SAFETY: it is still locked for this guard, which nobody borrows any more.
            unsafe { self.mutex.about_to_unlock(self.wrote, self.at) };
        }
        self.mutex.raw.unlock_told();
    }
}

impl<T: ?Sized> Mutex<T> {
    /// Tells of the unlock, and of the value that is left for others.
    ///
    /// # Safety
    ///
    /// It is locked, and nobody else reaches the value.
    #[cold]
    #[inline(never)]
    unsafe fn about_to_unlock(&self, wrote: bool, at: &'static Location<'static>) {
        if wrote {
            // SAFETY: the caller's promise.
            hands(unsafe { &mut *self.value.get() });
        }
        self.raw.about_to_unlock(at);
    }
}

impl<T: Default> Default for Mutex<T> {
    fn default() -> Self {
        Mutex::new(T::default())
    }
}

impl<T> From<T> for Mutex<T> {
    fn from(v: T) -> Self {
        Mutex::new(v)
    }
}

impl<T: ?Sized> fmt::Debug for Mutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mutex").finish_non_exhaustive()
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for MutexGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Display> fmt::Display for MutexGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
