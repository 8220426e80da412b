//! Values that are read and changed in one step: Go's `sync/atomic`.
//!
//! All operations are sequentially consistent, as in Go. Memory order: if one operation sees the effect of another, then
//! that one comes before it, with all that came before.
//!
//! For the exploring scheduler each operation is a choice point, and orders nothing but what it sees: two `load`s are not
//! ordered, nor is what a `load` and a later `store` do.
//!
//! ```
//! use goroutines::sync::atomic::Int64;
//!
//! let n = Int64::new(40);
//! assert_eq!(n.add(2), 42); // the new value, as in Go
//! assert!(n.compare_and_swap(42, 7));
//! ```

mod pointer;
mod value;

use std::fmt;
use std::panic::Location;
use std::sync::atomic::Ordering;

pub use pointer::Pointer;
pub use value::Value;

use crate::change::hands;
use crate::primitives::{Tag, hooked};
use crate::seam::{self, Came, Op};

/// What each operation tells the observer before it: that it is about to be done. After it comes [`came`].
#[inline(always)]
#[track_caller]
fn about_to(op: Op, tag: &Tag) {
    // One look at the hooks is all that an operation pays before its effect.
    if hooked() {
        tell(op, tag, Location::caller());
    }
}

/// What is stored is handed to others; it may be another value afterwards.
#[inline(always)]
fn hands_over<T>(v: &mut T) {
    if hooked() {
        hands(v);
    }
}

#[cold]
#[inline(never)]
fn tell(op: Op, tag: &Tag, at: &'static Location<'static>) {
    seam::point_at(op, tag, at);
    if seam::observed() {
        // Nobody comes in between: all of it is told when it is known what came of it.
        return;
    }
    if op != Op::AtomicStore {
        seam::acquire(tag, 0);
    }
    if op != Op::AtomicLoad {
        seam::release(tag, 0);
    }
}

/// What came of an operation, for the race detector and for who asks whether anybody gets anywhere.
#[inline(always)]
fn came(tag: &Tag, came: Came) {
    if hooked()
        && let Some(o) = seam::observer()
    {
        o.came(tag, came);
    }
}

/// Of a swap: whether it changed anything.
#[inline]
fn changed(yes: bool) -> Came {
    if yes { Came::Changed } else { Came::Updated }
}

/// An operation with all that is told of it: before it, what it is, and that `v` is handed over; after it, what came of it,
/// also in words of `text`. Where others run meanwhile, only after it is known whose value was read.
///
/// One look at the hooks is all that it pays while nobody listens.
#[inline(always)]
#[track_caller]
fn one_step<T: Copy, R>(
    op: Op,
    tag: &Tag,
    v: T,
    what: impl Fn(&R, T) -> Came,
    text: impl Fn(&R, T) -> String,
    effect: impl FnOnce(T) -> R,
) -> R {
    if hooked() {
        told_step(op, tag, Location::caller(), v, what, text, effect)
    } else {
        effect(v)
    }
}

#[cold]
#[inline(never)]
fn told_step<T: Copy, R>(
    op: Op,
    tag: &Tag,
    at: &'static Location<'static>,
    mut v: T,
    what: impl Fn(&R, T) -> Came,
    text: impl Fn(&R, T) -> String,
    effect: impl FnOnce(T) -> R,
) -> R {
    tell(op, tag, at);
    if op != Op::AtomicLoad {
        hands(&mut v);
    }
    let came_of_it = effect(v);
    came(tag, what(&came_of_it, v));
    seam::outcome(|| text(&came_of_it, v));
    came_of_it
}

macro_rules! integers {
    ($($name:ident, $int:ident, $cell:ident, $go:literal;)*) => { $(
        #[doc = concat!("An `", stringify!($int), "` that is read and changed in one step: Go's `atomic.", $go, "`.")]
        ///
        /// Cost: one atomic instruction an operation.
        ///
        /// ```
        #[doc = concat!("use goroutines::sync::atomic::", stringify!($name), ";")]
        ///
        #[doc = concat!("static HITS: ", stringify!($name), " = ", stringify!($name), "::new(0);")]
        /// assert_eq!(HITS.add(2), 2);
        /// assert_eq!(HITS.load(), 2);
        /// ```
        pub struct $name {
            v: std::sync::atomic::$cell,
            tag: Tag,
        }

        impl $name {
            /// One that holds `v`.
            ///
            /// ```
            #[doc = concat!("assert_eq!(goroutines::sync::atomic::", stringify!($name), "::new(3).load(), 3);")]
            /// ```
            pub const fn new(v: $int) -> Self {
                $name {
                    v: std::sync::atomic::$cell::new(v),
                    tag: Tag::new(),
                }
            }

            /// Reads it.
            ///
            /// ```
            #[doc = concat!("assert_eq!(goroutines::sync::atomic::", stringify!($name), "::new(3).load(), 3);")]
            /// ```
            #[inline]
            #[track_caller]
            pub fn load(&self) -> $int {
                one_step(Op::AtomicLoad, &self.tag, (), |_, ()| Came::Read, |v, ()| format!("→ {v}"), |()| {
                    self.v.load(Ordering::SeqCst)
                })
            }

            /// Writes it.
            ///
            /// ```
            #[doc = concat!("let n = goroutines::sync::atomic::", stringify!($name), "::new(3);")]
            /// n.store(4);
            /// assert_eq!(n.load(), 4);
            /// ```
            #[inline]
            #[track_caller]
            pub fn store(&self, v: $int) {
                one_step(Op::AtomicStore, &self.tag, v, |(), _| Came::Stored, |(), v| format!("{v}"), |v| {
                    self.v.store(v, Ordering::SeqCst);
                });
            }

            /// Adds `d` and returns the **new** value, as Go's `Add` does. It wraps around.
            ///
            /// ```
            #[doc = concat!("let n = goroutines::sync::atomic::", stringify!($name), "::new(3);")]
            /// assert_eq!(n.add(4), 7);
            /// ```
            #[inline]
            #[track_caller]
            pub fn add(&self, d: $int) -> $int {
                one_step(Op::AtomicUpdate, &self.tag, d, |_, d| changed(d != 0), |v, _| format!("→ {v}"), |d| {
                    self.v.fetch_add(d, Ordering::SeqCst).wrapping_add(d)
                })
            }

            /// Writes `v` and returns what was there before.
            ///
            /// ```
            #[doc = concat!("let n = goroutines::sync::atomic::", stringify!($name), "::new(3);")]
            /// assert_eq!(n.swap(4), 3);
            /// ```
            #[inline]
            #[track_caller]
            pub fn swap(&self, v: $int) -> $int {
                one_step(Op::AtomicUpdate, &self.tag, v, |old, v| changed(*old != v), |old, _| format!("→ {old}"), |v| {
                    self.v.swap(v, Ordering::SeqCst)
                })
            }

            /// Writes `new` if it holds `old`, and says whether it did.
            ///
            /// ```
            #[doc = concat!("let n = goroutines::sync::atomic::", stringify!($name), "::new(3);")]
            /// assert!(n.compare_and_swap(3, 4));
            /// assert!(!n.compare_and_swap(3, 5));
            /// ```
            #[inline]
            #[track_caller]
            pub fn compare_and_swap(&self, old: $int, new: $int) -> bool {
                one_step(Op::AtomicUpdate, &self.tag, new, |&did, new| if did { changed(old != new) } else { Came::Read }, |did, _| format!("→ {did}"), |new| {
                    self
                    .v
                    .compare_exchange(old, new, Ordering::SeqCst, Ordering::SeqCst)
                    .is_ok()
                })
            }

            /// Keeps the bits of `m` only, and returns the **old** value, as Go's `And` does.
            ///
            /// ```
            #[doc = concat!("let n = goroutines::sync::atomic::", stringify!($name), "::new(6);")]
            /// assert_eq!(n.and(3), 6);
            /// assert_eq!(n.load(), 2);
            /// ```
            #[inline]
            #[track_caller]
            pub fn and(&self, m: $int) -> $int {
                one_step(Op::AtomicUpdate, &self.tag, m, |old, m| changed(*old & m != *old), |old, _| format!("→ {old}"), |m| {
                    self.v.fetch_and(m, Ordering::SeqCst)
                })
            }

            /// Sets the bits of `m`, and returns the **old** value, as Go's `Or` does.
            ///
            /// ```
            #[doc = concat!("let n = goroutines::sync::atomic::", stringify!($name), "::new(6);")]
            /// assert_eq!(n.or(1), 6);
            /// assert_eq!(n.load(), 7);
            /// ```
            #[inline]
            #[track_caller]
            pub fn or(&self, m: $int) -> $int {
                one_step(Op::AtomicUpdate, &self.tag, m, |old, m| changed(*old | m != *old), |old, _| format!("→ {old}"), |m| {
                    self.v.fetch_or(m, Ordering::SeqCst)
                })
            }
        }

        impl Default for $name {
            fn default() -> Self {
                $name::new(0)
            }
        }

        impl From<$int> for $name {
            fn from(v: $int) -> Self {
                $name::new(v)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                seam::shown(Some(&self.tag));
                self.v.fmt(f)
            }
        }
    )* };
}

integers! {
    Int32, i32, AtomicI32, "Int32";
    Int64, i64, AtomicI64, "Int64";
    Uint32, u32, AtomicU32, "Uint32";
    Uint64, u64, AtomicU64, "Uint64";
}

/// A `bool` that is read and changed in one step: Go's `atomic.Bool`.
///
/// Cost: one atomic instruction an operation.
///
/// ```
/// use goroutines::sync::atomic::Bool;
///
/// static STOP: Bool = Bool::new(false);
/// STOP.store(true);
/// assert!(STOP.load());
/// ```
pub struct Bool {
    v: std::sync::atomic::AtomicBool,
    tag: Tag,
}

impl Bool {
    /// One that holds `v`.
    ///
    /// ```
    /// assert!(goroutines::sync::atomic::Bool::new(true).load());
    /// ```
    pub const fn new(v: bool) -> Self {
        Bool {
            v: std::sync::atomic::AtomicBool::new(v),
            tag: Tag::new(),
        }
    }

    /// Reads it.
    ///
    /// ```
    /// assert!(!goroutines::sync::atomic::Bool::new(false).load());
    /// ```
    #[inline]
    #[track_caller]
    pub fn load(&self) -> bool {
        one_step(
            Op::AtomicLoad,
            &self.tag,
            (),
            |_, ()| Came::Read,
            |v, ()| format!("→ {v}"),
            |()| self.v.load(Ordering::SeqCst),
        )
    }

    /// Writes it.
    ///
    /// ```
    /// let b = goroutines::sync::atomic::Bool::new(false);
    /// b.store(true);
    /// assert!(b.load());
    /// ```
    #[inline]
    #[track_caller]
    pub fn store(&self, v: bool) {
        one_step(
            Op::AtomicStore,
            &self.tag,
            v,
            |(), _| Came::Stored,
            |(), v| format!("{v}"),
            |v| {
                self.v.store(v, Ordering::SeqCst);
            },
        );
    }

    /// Writes `v` and returns what was there before.
    ///
    /// ```
    /// assert!(!goroutines::sync::atomic::Bool::new(false).swap(true));
    /// ```
    #[inline]
    #[track_caller]
    pub fn swap(&self, v: bool) -> bool {
        one_step(
            Op::AtomicUpdate,
            &self.tag,
            v,
            |old, v| changed(*old != v),
            |old, _| format!("→ {old}"),
            |v| self.v.swap(v, Ordering::SeqCst),
        )
    }

    /// Writes `new` if it holds `old`, and says whether it did.
    ///
    /// ```
    /// let b = goroutines::sync::atomic::Bool::new(false);
    /// assert!(b.compare_and_swap(false, true));
    /// assert!(!b.compare_and_swap(false, true));
    /// ```
    #[inline]
    #[track_caller]
    pub fn compare_and_swap(&self, old: bool, new: bool) -> bool {
        one_step(
            Op::AtomicUpdate,
            &self.tag,
            new,
            |&did, new| if did { changed(old != new) } else { Came::Read },
            |did, _| format!("→ {did}"),
            |new| {
                self.v
                    .compare_exchange(old, new, Ordering::SeqCst, Ordering::SeqCst)
                    .is_ok()
            },
        )
    }
}

impl Default for Bool {
    fn default() -> Self {
        Bool::new(false)
    }
}

impl From<bool> for Bool {
    fn from(v: bool) -> Self {
        Bool::new(v)
    }
}

impl fmt::Debug for Bool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        seam::shown(Some(&self.tag));
        self.v.fmt(f)
    }
}
