//! Receiving in a `for` loop, until the channel is closed and drained.

use std::fmt;
use std::iter::FusedIterator;
use std::panic::Location;

use super::ends::receive;
use super::{Chan, RecvChan};

/// Receives from a borrowed channel until it is closed and drained: Go's `for v := range ch`.
///
/// Each `next` is a receive, and blocks as one. The place that a deadlock or a schedule names is that of the `for`.
///
/// ```
/// use goroutines::prelude::*;
///
/// let ch = chan(3);
/// for i in [3, 1, 2] {
///     ch.send(i);
/// }
/// ch.close();
/// assert_eq!(ch.iter().max(), Some(3)); // takes them all
/// assert_eq!(ch.recv(), None);
/// ```
#[must_use = "it receives nothing until it is gone through"]
pub struct Iter<'a, T> {
    chan: &'a super::ends::Pointer<T>,
    at: &'static Location<'static>,
}

/// As [`Iter`], owning its end of the channel.
///
/// ```
/// use goroutines::prelude::*;
///
/// fn numbers() -> RecvChan<i32> {
///     let ch = chan(3);
///     for i in 1..=3 {
///         ch.send(i);
///     }
///     ch.close();
///     ch.receiver()
/// }
///
/// assert_eq!(numbers().into_iter().collect::<Vec<_>>(), [1, 2, 3]);
/// ```
#[must_use = "it receives nothing until it is gone through"]
pub struct IntoIter<T> {
    chan: super::ends::Pointer<T>,
    at: &'static Location<'static>,
}

impl<T> Iterator for Iter<'_, T> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        receive(self.chan, self.at)
    }
}

impl<T> Iterator for IntoIter<T> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        receive(&self.chan, self.at)
    }
}

impl<T> FusedIterator for Iter<'_, T> {}
impl<T> FusedIterator for IntoIter<T> {}

impl<T> fmt::Debug for Iter<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Iter").finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for IntoIter<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IntoIter").finish_non_exhaustive()
    }
}

macro_rules! range {
    ($($end:ident),*) => { $(
        impl<T> $end<T> {
            /// An iterator that receives until the channel is closed and drained; `for v in &ch` is the same.
            ///
            /// Go's `for v := range ch`. On a nil channel it blocks for ever.
            ///
            /// ```
            /// use goroutines::prelude::*;
            ///
            /// let ch = chan(3);
            /// for i in 0..3 {
            ///     ch.send(i * i);
            /// }
            /// ch.close();
            #[doc = concat!("let ch = ", stringify!($end), "::from(ch);")]
            /// assert_eq!(ch.iter().sum::<i32>(), 5);
            /// ```
            #[track_caller]
            pub fn iter(&self) -> Iter<'_, T> {
                Iter {
                    chan: &self.0,
                    at: Location::caller(),
                }
            }
        }

        impl<'a, T> IntoIterator for &'a $end<T> {
            type Item = T;
            type IntoIter = Iter<'a, T>;

            #[track_caller]
            fn into_iter(self) -> Iter<'a, T> {
                self.iter()
            }
        }

        impl<T> IntoIterator for $end<T> {
            type Item = T;
            type IntoIter = IntoIter<T>;

            #[track_caller]
            fn into_iter(self) -> IntoIter<T> {
                IntoIter {
                    chan: self.0,
                    at: Location::caller(),
                }
            }
        }
    )* };
}

range!(Chan, RecvChan);
