//! A value that many read or one writes: Go's `sync.RWMutex` with what it protects inside.

use std::cell::UnsafeCell;
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::panic::{Location, RefUnwindSafe, UnwindSafe};

use super::raw;
use crate::change::hands;
use crate::primitives::hooked;
use crate::seam;

/// A reader/writer lock around a value: any number of readers, or one writer.
///
/// A writer that waits keeps new readers out, so a goroutine must not take the read lock twice. A panic while it is held
/// unlocks it; there is no poisoning.
///
/// Cost: one atomic instruction each to lock and unlock for reading while there is no writer.
///
/// Memory order: a writer's unlock comes before every lock after it; a reader's unlock comes before the next writer's
/// lock. Readers are not ordered among themselves.
///
/// Where Go has a lock beside a variable, use [`raw::RWMutex`].
///
/// ```
/// use goroutines::prelude::*;
///
/// run(|| {
///     let m = RWMutex::new(vec![1]);
///     assert_eq!(m.read().len(), 1);
///     m.write().push(2);
///     assert_eq!(*m.read(), [1, 2]);
/// });
/// ```
pub struct RWMutex<T: ?Sized> {
    raw: raw::RWMutex,
    value: UnsafeCell<T>,
}

// SAFETY: the raw lock lets one writer or many readers reach the value: writers move it between goroutines (`Send`),
// readers share it (`Sync`).
unsafe impl<T: ?Sized + Send + Sync> Sync for RWMutex<T> {}
// SAFETY: the lock owns its value.
unsafe impl<T: ?Sized + Send> Send for RWMutex<T> {}

impl<T: ?Sized> UnwindSafe for RWMutex<T> {}
impl<T: ?Sized> RefUnwindSafe for RWMutex<T> {}

/// Shared access to what an [`RWMutex`] protects, until it is dropped.
///
/// ```
/// use goroutines::sync::RWMutex;
///
/// let n = RWMutex::new(1);
/// let (a, b) = (n.read(), n.read()); // readers are inside together
/// assert_eq!(*a + *b, 2);
/// assert!(n.try_write().is_none());
/// ```
#[must_use = "the lock is released as soon as its guard is dropped"]
pub struct RWMutexReadGuard<'a, T: ?Sized> {
    lock: &'a RWMutex<T>,
    at: &'static Location<'static>,
    _not_send: PhantomData<std::sync::RwLockReadGuard<'static, ()>>,
}

// SAFETY: who shares a guard can reach no more than a `&T`.
unsafe impl<T: ?Sized + Sync> Sync for RWMutexReadGuard<'_, T> {}

/// Exclusive access to what an [`RWMutex`] protects, until it is dropped.
///
/// ```
/// use goroutines::sync::RWMutex;
///
/// let n = RWMutex::new(1);
/// let mut w = n.write();
/// *w = 2;
/// assert!(n.try_read().is_none());
/// drop(w);
/// assert_eq!(*n.read(), 2);
/// ```
#[must_use = "the lock is released as soon as its guard is dropped"]
pub struct RWMutexWriteGuard<'a, T: ?Sized> {
    lock: &'a RWMutex<T>,
    at: &'static Location<'static>,
    _not_send: PhantomData<std::sync::RwLockWriteGuard<'static, ()>>,
}

// SAFETY: who shares a guard can reach no more than a `&T`.
unsafe impl<T: ?Sized + Sync> Sync for RWMutexWriteGuard<'_, T> {}

impl<T> RWMutex<T> {
    /// An unlocked lock around `v`.
    ///
    /// ```
    /// use goroutines::sync::RWMutex;
    ///
    /// static CONFIG: RWMutex<&str> = RWMutex::new("default");
    /// assert_eq!(*CONFIG.read(), "default");
    /// ```
    pub const fn new(v: T) -> Self {
        RWMutex {
            raw: raw::RWMutex::new(),
            value: UnsafeCell::new(v),
        }
    }

    /// The value, without locking: nobody else can have the lock any more.
    ///
    /// ```
    /// assert_eq!(goroutines::sync::RWMutex::new(3).into_inner(), 3);
    /// ```
    pub fn into_inner(self) -> T {
        seam::looks();
        self.value.into_inner()
    }
}

impl<T: ?Sized> RWMutex<T> {
    /// Locks it for reading; waits while a writer has it or waits for it. Go's `RLock`, and `RUnlock` when the guard is
    /// dropped.
    ///
    /// ```
    /// let m = goroutines::sync::RWMutex::new(1);
    /// let (a, b) = (m.read(), m.read());
    /// assert_eq!(*a + *b, 2);
    /// ```
    #[inline]
    #[track_caller]
    pub fn read(&self) -> RWMutexReadGuard<'_, T> {
        self.raw.rlock();
        self.reader()
    }

    /// Locks it for writing; waits for all readers and writers before it. Go's `Lock`, and `Unlock` when the guard is
    /// dropped.
    ///
    /// ```
    /// let m = goroutines::sync::RWMutex::new(1);
    /// *m.write() += 1;
    /// assert_eq!(*m.read(), 2);
    /// ```
    #[inline]
    #[track_caller]
    pub fn write(&self) -> RWMutexWriteGuard<'_, T> {
        self.raw.lock();
        self.writer()
    }

    /// Locks it for reading if that needs no waiting. Go's `TryRLock`.
    ///
    /// ```
    /// let m = goroutines::sync::RWMutex::new(1);
    /// let w = m.write();
    /// assert!(m.try_read().is_none());
    /// drop(w);
    /// assert!(m.try_read().is_some());
    /// ```
    #[inline]
    #[track_caller]
    pub fn try_read(&self) -> Option<RWMutexReadGuard<'_, T>> {
        // Not in a closure: that would be the place where it was locked.
        if self.raw.try_rlock() {
            Some(self.reader())
        } else {
            None
        }
    }

    /// Locks it for writing if that needs no waiting. Go's `TryLock`.
    ///
    /// ```
    /// let m = goroutines::sync::RWMutex::new(1);
    /// let r = m.read();
    /// assert!(m.try_write().is_none());
    /// drop(r);
    /// assert!(m.try_write().is_some());
    /// ```
    #[inline]
    #[track_caller]
    pub fn try_write(&self) -> Option<RWMutexWriteGuard<'_, T>> {
        if self.raw.try_lock() {
            Some(self.writer())
        } else {
            None
        }
    }

    /// The value, without locking: the borrow says that nobody else has the lock.
    ///
    /// ```
    /// let mut m = goroutines::sync::RWMutex::new(1);
    /// *m.get_mut() = 2;
    /// assert_eq!(*m.read(), 2);
    /// ```
    pub fn get_mut(&mut self) -> &mut T {
        seam::looks();
        self.value.get_mut()
    }

    #[inline]
    #[track_caller]
    fn reader(&self) -> RWMutexReadGuard<'_, T> {
        RWMutexReadGuard {
            lock: self,
            at: Location::caller(),
            _not_send: PhantomData,
        }
    }

    #[inline]
    #[track_caller]
    fn writer(&self) -> RWMutexWriteGuard<'_, T> {
        RWMutexWriteGuard {
            lock: self,
            at: Location::caller(),
            _not_send: PhantomData,
        }
    }
}

impl<T: ?Sized> Deref for RWMutexReadGuard<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: while this guard lives the lock is held for reading, and nobody has it for writing.
        unsafe { &*self.lock.value.get() }
    }
}

impl<T: ?Sized> Deref for RWMutexWriteGuard<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: while this guard lives the lock is held for writing by its goroutine, and by nobody else.
        unsafe { &*self.lock.value.get() }
    }
}

impl<T: ?Sized> DerefMut for RWMutexWriteGuard<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: as in `deref`, and the guard is borrowed uniquely.
        unsafe { &mut *self.lock.value.get() }
    }
}

impl<T: ?Sized> Drop for RWMutexReadGuard<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.lock.raw.runlock_at(self.at);
    }
}

impl<T: ?Sized> Drop for RWMutexWriteGuard<'_, T> {
    #[inline]
    fn drop(&mut self) {
        if hooked() {
            // SAFETY: it is still locked for this guard, which nobody borrows any more.
            unsafe { self.lock.about_to_unlock(self.at) };
        }
        self.lock.raw.unlock_told();
    }
}

impl<T: ?Sized> RWMutex<T> {
    /// Tells of the unlock for writing, and of the value that is left for others: who locks for writing writes.
    ///
    /// # Safety
    ///
    /// It is locked for writing, and nobody else reaches the value.
    #[cold]
    #[inline(never)]
    unsafe fn about_to_unlock(&self, at: &'static Location<'static>) {
        // SAFETY: the caller's promise.
        hands(unsafe { &mut *self.value.get() });
        self.raw.about_to_unlock(at);
    }
}

impl<T: Default> Default for RWMutex<T> {
    fn default() -> Self {
        RWMutex::new(T::default())
    }
}

impl<T> From<T> for RWMutex<T> {
    fn from(v: T) -> Self {
        RWMutex::new(v)
    }
}

impl<T: ?Sized> fmt::Debug for RWMutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RWMutex").finish_non_exhaustive()
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for RWMutexReadGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for RWMutexWriteGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
