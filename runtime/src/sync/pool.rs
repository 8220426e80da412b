//! Objects kept for reuse: Go's `sync.Pool`.

use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};

use crate::primitives::{Lock, Tag};
use crate::seam::{self, Op};

/// How many objects a pool keeps, beside the first. Go's collector empties its pools now and then; a bound is what we have
/// instead.
const MOST: usize = 1024;

/// Objects that are expensive to make, kept for whoever needs one next: Go's `sync.Pool`.
///
/// It may forget any of them at any time. What [`get`](Pool::get) returns is in the state in which somebody put it back:
/// clear it first.
///
/// Memory order: a `put` comes before the `get` that returns the object.
///
/// Cost: a short lock. (Go keeps a list for each P.)
///
/// ```
/// use goroutines::sync::Pool;
///
/// let buffers = Pool::new(|| Vec::<u8>::with_capacity(4096));
/// let mut b = buffers.get();
/// b.extend(b"hello");
/// b.clear();
/// buffers.put(b);
/// assert!(buffers.get().capacity() >= 4096);
/// ```
pub struct Pool<T> {
    make: Box<dyn Fn() -> T + Send + Sync>,
    kept: Lock<Kept<T>>,
    tag: Tag,
}

/// What was put back. As in Go, the first one lies apart and is had first; of the others it is the last.
struct Kept<T> {
    near: Option<T>,
    others: Vec<T>,
}

impl<T: Send> Pool<T> {
    /// An empty pool that makes new objects with `f`. Go's field `New`.
    ///
    /// ```
    /// assert_eq!(goroutines::sync::Pool::new(|| 3).get(), 3);
    /// ```
    pub fn new(f: impl Fn() -> T + Send + Sync + 'static) -> Self {
        Pool {
            make: Box::new(f),
            kept: Lock::new(Kept {
                near: None,
                others: Vec::new(),
            }),
            tag: Tag::new(),
        }
    }

    /// An object that was put back, or a new one.
    ///
    /// ```
    /// let pool = goroutines::sync::Pool::new(String::new);
    /// assert_eq!(pool.get(), "");
    /// ```
    #[track_caller]
    pub fn get(&self) -> T {
        seam::point(Op::AtomicUpdate, &self.tag);
        let mut kept = self.kept.lock();
        let had = kept.near.take().or_else(|| kept.others.pop());
        drop(kept);
        match had {
            Some(v) => {
                seam::acquire(&self.tag, 0);
                v
            }
            None => (self.make)(),
        }
    }

    /// Puts an object back. Its owner must not use it any more, which Rust sees to.
    ///
    /// ```
    /// let pool = goroutines::sync::Pool::new(|| 0);
    /// pool.put(7);
    /// assert_eq!(pool.get(), 7);
    /// ```
    #[track_caller]
    pub fn put(&self, v: T) {
        seam::point(Op::AtomicUpdate, &self.tag);
        seam::release(&self.tag, 0);
        let mut kept = self.kept.lock();
        if kept.near.is_none() {
            kept.near = Some(v);
        } else if kept.others.len() < MOST {
            kept.others.push(v);
        } else {
            // Its destructor is the program's code.
            drop(kept);
            drop(v);
        }
    }
}

impl<T> fmt::Debug for Pool<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        seam::shown(Some(&self.tag));
        let kept = self.kept.lock();
        f.debug_struct("Pool")
            .field(
                "kept",
                &(usize::from(kept.near.is_some()) + kept.others.len()),
            )
            .finish()
    }
}

impl<T> UnwindSafe for Pool<T> {}
impl<T> RefUnwindSafe for Pool<T> {}
