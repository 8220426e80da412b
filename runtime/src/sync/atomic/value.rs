//! A value of any one type that is replaced in one step: Go's `atomic.Value`.

use std::any::Any;
use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::Arc;

use super::{about_to, came, hands_over};
use crate::lock::LockGuard;
use crate::primitives::{Lock, Tag};
use crate::seam::{self, Came, Op};

type Stored = Option<Arc<dyn Any + Send + Sync>>;

/// A value, read and replaced in one step. The first store fixes its type: Go's `atomic.Value`.
///
/// Cost: a short lock and an allocation for each store. No code of the value's type runs under the lock.
///
/// ```
/// use goroutines::sync::atomic::Value;
///
/// static CONFIG: Value = Value::new();
///
/// assert_eq!(CONFIG.load::<&str>(), None);
/// CONFIG.store("debug");
/// assert_eq!(CONFIG.load(), Some("debug"));
/// ```
pub struct Value {
    v: Lock<Stored>,
    tag: Tag,
}

impl Value {
    /// An empty one.
    ///
    /// ```
    /// assert_eq!(goroutines::sync::atomic::Value::new().load::<i32>(), None);
    /// ```
    pub const fn new() -> Self {
        Value {
            v: Lock::new(None),
            tag: Tag::new(),
        }
    }

    /// A clone of the value, or `None` if nothing was stored yet, or something of another type than `T`.
    ///
    /// ```
    /// let v = goroutines::sync::atomic::Value::new();
    /// v.store(3);
    /// assert_eq!(v.load(), Some(3));
    /// assert_eq!(v.load::<String>(), None);
    /// ```
    #[track_caller]
    pub fn load<T: Clone + Send + Sync + 'static>(&self) -> Option<T> {
        about_to(Op::AtomicLoad, &self.tag);
        let v = self.v.lock().clone();
        came(&self.tag, Came::Read);
        v?.downcast_ref().cloned()
    }

    /// Replaces the value.
    ///
    /// # Panics
    ///
    /// `sync/atomic: store of inconsistently typed value into Value` if it holds a value of another type.
    ///
    /// ```
    /// let v = goroutines::sync::atomic::Value::new();
    /// v.store(3);
    /// v.store(4);
    /// assert_eq!(v.load(), Some(4));
    /// ```
    #[track_caller]
    pub fn store<T: Send + Sync + 'static>(&self, mut v: T) {
        about_to(Op::AtomicStore, &self.tag);
        hands_over(&mut v);
        let new = Arc::new(v);
        let held = self.v.lock();
        if !holds::<T>(&held) {
            drop(held);
            panic!("sync/atomic: store of inconsistently typed value into Value");
        }
        let old = put(held, new);
        came(&self.tag, Came::Stored);
        drop(old);
    }

    /// Replaces the value and returns a clone of what was there before.
    ///
    /// # Panics
    ///
    /// `sync/atomic: swap of inconsistently typed value into Value` if it holds a value of another type.
    ///
    /// ```
    /// let v = goroutines::sync::atomic::Value::new();
    /// assert_eq!(v.swap(3), None);
    /// assert_eq!(v.swap(4), Some(3));
    /// ```
    #[track_caller]
    pub fn swap<T: Clone + Send + Sync + 'static>(&self, mut v: T) -> Option<T> {
        about_to(Op::AtomicUpdate, &self.tag);
        hands_over(&mut v);
        let new = Arc::new(v);
        let held = self.v.lock();
        if !holds::<T>(&held) {
            drop(held);
            panic!("sync/atomic: swap of inconsistently typed value into Value");
        }
        let old = put(held, new);
        came(&self.tag, Came::Changed);
        old?.downcast_ref().cloned()
    }

    /// Replaces the value if it equals `old`, and says whether it did. An empty one equals nothing.
    ///
    /// # Panics
    ///
    /// `sync/atomic: compare and swap of inconsistently typed value into Value` if it holds a value of another type.
    ///
    /// ```
    /// let v = goroutines::sync::atomic::Value::new();
    /// v.store(3);
    /// assert!(v.compare_and_swap(&3, 4));
    /// assert!(!v.compare_and_swap(&3, 5));
    /// ```
    #[track_caller]
    pub fn compare_and_swap<T: PartialEq + Send + Sync + 'static>(
        &self,
        old: &T,
        mut new: T,
    ) -> bool {
        about_to(Op::AtomicUpdate, &self.tag);
        hands_over(&mut new);
        let new = Arc::new(new);
        loop {
            let seen = self.v.lock().clone();
            came(&self.tag, Came::Read);
            let Some(seen) = seen else {
                return false;
            };
            // The program's comparison runs without the lock; then the value must still be the one that was compared.
            match seen.downcast_ref::<T>() {
                None => {
                    panic!("sync/atomic: compare and swap of inconsistently typed value into Value")
                }
                Some(v) if v != old => return false,
                Some(_) => {}
            }
            let held = self.v.lock();
            if held.as_ref().is_some_and(|now| Arc::ptr_eq(now, &seen)) {
                let old = put(held, new);
                came(&self.tag, Came::Changed);
                drop(old);
                return true;
            }
        }
    }
}

/// Whether a `T` may be stored here.
fn holds<T: 'static>(v: &Stored) -> bool {
    v.as_ref().is_none_or(|v| v.is::<T>())
}

/// Replaces the value under its lock; the old one is the caller's to drop.
fn put(mut held: LockGuard<'_, Stored>, new: Arc<dyn Any + Send + Sync>) -> Stored {
    held.replace(new)
}

impl Default for Value {
    fn default() -> Self {
        Value::new()
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        seam::shown(Some(&self.tag));
        f.debug_struct("Value")
            .field("stored", &self.v.lock().is_some())
            .finish()
    }
}

impl UnwindSafe for Value {}
impl RefUnwindSafe for Value {}
