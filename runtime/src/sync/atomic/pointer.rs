//! A pointer that is replaced in one step: Go's `atomic.Pointer`.

use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::Arc;

use super::{about_to, came, changed, hands_over};
use crate::primitives::{Lock, Tag};
use crate::seam::{self, Came, Op};

/// A counted pointer, or none, that is read and replaced in one step: Go's `atomic.Pointer[T]`.
///
/// What it points to does not change; a new value is a new pointer. Where Go's collector keeps an old value alive for who
/// still reads it, the count does here.
///
/// Cost: a short lock an operation (Go: one instruction). Old values are dropped outside of it.
///
/// ```
/// use goroutines::sync::atomic::Pointer;
/// use std::sync::Arc;
///
/// let config = Pointer::new(Some(Arc::new("old")));
/// let seen = config.load().unwrap();
/// config.store(Some(Arc::new("new")));
/// assert_eq!((*seen, *config.load().unwrap()), ("old", "new"));
/// ```
pub struct Pointer<T> {
    p: Lock<Option<Arc<T>>>,
    tag: Tag,
}

fn address<T>(p: Option<&Arc<T>>) -> *const T {
    p.map_or(std::ptr::null(), Arc::as_ptr)
}

impl<T> Pointer<T> {
    /// One that holds `p`.
    ///
    /// ```
    /// use goroutines::sync::atomic::Pointer;
    ///
    /// static CONFIG: Pointer<String> = Pointer::new(None);
    /// assert!(CONFIG.load().is_none());
    /// ```
    pub const fn new(p: Option<Arc<T>>) -> Self {
        Pointer {
            p: Lock::new(p),
            tag: Tag::new(),
        }
    }

    /// Reads it.
    ///
    /// ```
    /// use goroutines::sync::atomic::Pointer;
    ///
    /// assert_eq!(*Pointer::new(Some(3.into())).load().unwrap(), 3);
    /// ```
    #[track_caller]
    pub fn load(&self) -> Option<Arc<T>> {
        about_to(Op::AtomicLoad, &self.tag);
        let p = self.p.lock().clone();
        came(&self.tag, Came::Read);
        p
    }

    /// Replaces it.
    ///
    /// ```
    /// use goroutines::sync::atomic::Pointer;
    ///
    /// let p = Pointer::new(None);
    /// p.store(Some(3.into()));
    /// assert_eq!(*p.load().unwrap(), 3);
    /// ```
    #[track_caller]
    pub fn store(&self, mut p: Option<Arc<T>>) {
        about_to(Op::AtomicStore, &self.tag);
        hands_over(&mut p);
        let old = std::mem::replace(&mut *self.p.lock(), p);
        came(&self.tag, Came::Stored);
        drop(old);
    }

    /// Replaces it and returns what was there before.
    ///
    /// ```
    /// use goroutines::sync::atomic::Pointer;
    ///
    /// let p = Pointer::new(Some(3.into()));
    /// assert_eq!(*p.swap(None).unwrap(), 3);
    /// ```
    #[track_caller]
    pub fn swap(&self, mut p: Option<Arc<T>>) -> Option<Arc<T>> {
        about_to(Op::AtomicUpdate, &self.tag);
        hands_over(&mut p);
        let new = address(p.as_ref());
        let old = std::mem::replace(&mut *self.p.lock(), p);
        came(&self.tag, changed(address(old.as_ref()) != new));
        old
    }

    /// Replaces it if it is the very pointer `old` (not an equal value), and says whether it did.
    ///
    /// ```
    /// use goroutines::sync::atomic::Pointer;
    ///
    /// let p = Pointer::new(Some(3.into()));
    /// let old = p.load();
    /// assert!(p.compare_and_swap(old.as_ref(), Some(4.into())));
    /// assert!(!p.compare_and_swap(old.as_ref(), None));
    /// ```
    #[track_caller]
    pub fn compare_and_swap(&self, old: Option<&Arc<T>>, mut new: Option<Arc<T>>) -> bool {
        about_to(Op::AtomicUpdate, &self.tag);
        hands_over(&mut new);
        let mut p = self.p.lock();
        if address(p.as_ref()) != address(old) {
            drop(p);
            came(&self.tag, Came::Read);
            return false;
        }
        let how = changed(address(new.as_ref()) != address(old));
        let replaced = std::mem::replace(&mut *p, new);
        drop(p);
        came(&self.tag, how);
        drop(replaced);
        true
    }
}

impl<T> Default for Pointer<T> {
    fn default() -> Self {
        Pointer::new(None)
    }
}

impl<T: fmt::Debug> fmt::Debug for Pointer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        seam::shown(Some(&self.tag));
        let p = self.p.lock().clone();
        f.debug_tuple("Pointer").field(&p).finish()
    }
}

impl<T> UnwindSafe for Pointer<T> {}
impl<T> RefUnwindSafe for Pointer<T> {}
