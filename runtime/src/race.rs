//! A variable as Go has it: any goroutine reads and writes it, and nothing orders them.
//!
//! Safe Rust has no such thing, for good reason, and a learner must be able to make the mistake to understand it.
//! So: a number is one atomic word read and written with no order at all (what Go's compiler makes of it, without the
//! undefined behaviour); anything else that can be copied is copied under a lock of its own, so that it is never torn.
//! Either way an update can be lost, and the race detector sees each access.
//!
//! ```
//! use goroutines::prelude::*;
//!
//! run(|| {
//!     let n = Shared::new(1);
//!     n.update(|v| v + 1);
//!     assert_eq!(n.get(), 2);
//! });
//! ```

use std::any::Any;
use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::change::hands;
use crate::primitives::{Lock, Tag, hooked};
use crate::seam::{self, Op};
use crate::show::{arrow, show};

/// A variable that goroutines share without any order: what a captured variable is in Go.
///
/// A clone is the same variable. Reading and writing it is never undefined behaviour and never torn, but two goroutines
/// that do so, at least one of them writing, with nothing that orders them, are a *data race*: updates get lost, and the
/// exploring scheduler reports it, and an ordinary run with `GODEBUG=race=1` as well (exit code 66). To be right, order the
/// accesses (a channel, a `WaitGroup`), or put the value into a `Mutex`, or use an atomic.
///
/// Cost: a plain load or store for numbers, `bool` and `char`; a short lock for other types.
///
/// Memory order: none (`Relaxed`).
///
/// ```
/// use goroutines::prelude::*;
///
/// run(|| {
///     let n = Shared::new(1);
///     let done = chan(0);
///     let (m, tell) = (n.clone(), done.clone());
///     go!({
///         m.update(|v| v + 1);
///         tell.send(());
///     });
///     done.recv(); // orders the read below after the write above
///     assert_eq!(n.get(), 2);
/// });
/// ```
pub struct Shared<T: Copy>(Arc<Variable<T>>);

struct Variable<T> {
    tag: Tag,
    cell: Cell<T>,
}

enum Cell<T> {
    /// A number's bits.
    Word(AtomicU64),
    Copied(Lock<T>),
}

/// `v`'s bits, if it is a number.
#[inline]
fn to_bits<T: 'static>(v: &T) -> Option<u64> {
    let v: &dyn Any = v;
    macro_rules! number {
        ($($t:ty),*) => { $(
            if let Some(&v) = v.downcast_ref::<$t>() {
                return Some(v as u64);
            }
        )* };
    }
    number!(
        i32, i64, u32, u64, usize, isize, u8, i8, u16, i16, bool, char
    );
    if let Some(v) = v.downcast_ref::<f64>() {
        return Some(v.to_bits());
    }
    if let Some(v) = v.downcast_ref::<f32>() {
        return Some(u64::from(v.to_bits()));
    }
    None
}

/// The number that [`to_bits`] made `bits` of.
#[inline]
fn from_bits<T: Copy + 'static>(bits: u64) -> Option<T> {
    macro_rules! number {
        ($($t:ty),*) => { $(
            if let Some(&v) = (&(bits as $t) as &dyn Any).downcast_ref::<T>() {
                return Some(v);
            }
        )* };
    }
    number!(i32, i64, u32, u64, usize, isize, u8, i8, u16, i16);
    if let Some(&v) = (&(bits != 0) as &dyn Any).downcast_ref::<T>() {
        return Some(v);
    }
    if let Some(&v) = (&f64::from_bits(bits) as &dyn Any).downcast_ref::<T>() {
        return Some(v);
    }
    if let Some(&v) = (&f32::from_bits(bits as u32) as &dyn Any).downcast_ref::<T>() {
        return Some(v);
    }
    let c = char::from_u32(bits as u32)?;
    (&c as &dyn Any).downcast_ref::<T>().copied()
}

impl<T: Copy + 'static> Cell<T> {
    fn new(v: T) -> Self {
        match to_bits(&v) {
            Some(bits) => Cell::Word(AtomicU64::new(bits)),
            None => Cell::Copied(Lock::new(v)),
        }
    }

    #[inline]
    fn load(&self) -> T {
        match self {
            Cell::Word(w) => from_bits(w.load(Ordering::Relaxed))
                .expect("a word holds what a number was made into"),
            Cell::Copied(v) => *v.lock(),
        }
    }

    #[inline]
    fn store(&self, v: T) {
        match self {
            Cell::Word(w) => {
                if let Some(bits) = to_bits(&v) {
                    w.store(bits, Ordering::Relaxed);
                }
            }
            Cell::Copied(cell) => *cell.lock() = v,
        }
    }
}

impl<T: Copy + Send + 'static> Shared<T> {
    /// A variable that holds `v`.
    ///
    /// ```
    /// let n = goroutines::race::Shared::new(1);
    /// assert_eq!(n.get(), 1);
    /// ```
    #[track_caller]
    pub fn new(mut v: T) -> Self {
        // Whoever gets the variable gets what is in it.
        if hooked() {
            hands(&mut v);
        }
        let variable = Arc::new(Variable {
            tag: Tag::new(),
            cell: Cell::new(v),
        });
        seam::made(&variable.tag, "variable", 0);
        Shared(variable)
    }

    /// Reads it.
    ///
    /// ```
    /// let n = goroutines::race::Shared::new('a');
    /// assert_eq!(n.get(), 'a');
    /// ```
    #[inline]
    #[track_caller]
    pub fn get(&self) -> T {
        seam::use_variable(Op::Get, &self.0.tag, false);
        let v = self.0.cell.load();
        seam::outcome(|| arrow(show(&v)));
        v
    }

    /// Writes it.
    ///
    /// ```
    /// let n = goroutines::race::Shared::new(1);
    /// n.set(2);
    /// assert_eq!(n.get(), 2);
    /// ```
    #[inline]
    #[track_caller]
    pub fn set(&self, mut v: T) {
        seam::use_variable(Op::Set, &self.0.tag, true);
        if hooked() {
            hands(&mut v);
        }
        self.0.cell.store(v);
        seam::outcome(|| show(&v));
    }

    /// Reads it, and then writes what `f` makes of that: Go's `n++`. Others can come in between.
    ///
    /// ```
    /// let n = goroutines::race::Shared::new(1);
    /// n.update(|v| v + 1);
    /// assert_eq!(n.get(), 2);
    /// ```
    #[inline]
    #[track_caller]
    pub fn update(&self, f: impl FnOnce(T) -> T) {
        let v = f(self.get());
        self.set(v);
    }
}

impl<T: Copy> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Shared(self.0.clone())
    }
}

impl<T: Copy + Send + Default + 'static> Default for Shared<T> {
    #[track_caller]
    fn default() -> Self {
        Shared::new(T::default())
    }
}

/// Shows the value without being an access: looking at a program from outside changes nothing in it.
impl<T: Copy + fmt::Debug + 'static> fmt::Debug for Shared<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        seam::shown(Some(&self.0.tag));
        f.debug_tuple("Shared").field(&self.0.cell.load()).finish()
    }
}

impl<T: Copy> UnwindSafe for Shared<T> {}
impl<T: Copy> RefUnwindSafe for Shared<T> {}

#[cfg(test)]
mod tests {
    use super::*;

    fn there_and_back<T: Copy + PartialEq + fmt::Debug + Send + 'static>(vs: &[T], word: bool) {
        for &v in vs {
            let s = Shared::new(v);
            assert_eq!(matches!(s.0.cell, Cell::Word(_)), word);
            assert_eq!(s.get(), v);
            s.set(vs[0]);
            s.set(v);
            assert_eq!(s.get(), v);
        }
    }

    #[test]
    fn every_number_survives_the_word_it_is_kept_in() {
        there_and_back(&[0i8, -1, i8::MIN, i8::MAX], true);
        there_and_back(&[0u8, 1, u8::MAX], true);
        there_and_back(&[0i16, -1, i16::MIN, i16::MAX], true);
        there_and_back(&[0u16, u16::MAX], true);
        there_and_back(&[0i32, -1, i32::MIN, i32::MAX], true);
        there_and_back(&[0u32, u32::MAX], true);
        there_and_back(&[0i64, -1, i64::MIN, i64::MAX], true);
        there_and_back(&[0u64, u64::MAX], true);
        there_and_back(&[0isize, -1, isize::MIN], true);
        there_and_back(&[0usize, usize::MAX], true);
        there_and_back(&[true, false], true);
        there_and_back(&['a', '\u{10ffff}', '\0'], true);
        there_and_back(&[0.0f32, -1.5, f32::INFINITY, f32::MIN_POSITIVE], true);
        there_and_back(&[0.0f64, -1.5, f64::NEG_INFINITY, f64::MAX], true);
    }

    #[test]
    fn what_is_no_number_is_copied_whole() {
        there_and_back(&[(1u64, 2u64, 3u64), (4, 5, 6)], false);
        there_and_back(&[Some("a"), None], false);
        there_and_back(&[()], false);
        there_and_back(&[u128::MAX, 0], false);
        there_and_back(&[[1u8; 40], [2; 40]], false);
    }
}
