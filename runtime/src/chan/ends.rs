//! The three ends of a channel: [`Chan`] for both directions, [`SendChan`] and [`RecvChan`] for one.

use std::collections::VecDeque;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::panic::{Location, RefUnwindSafe, UnwindSafe};
use std::sync::Arc;

use super::{ChanSnapshot, Hchan};
use crate::goroutine::WaitReason;
use crate::primitives::hooked;
use crate::seam::{self, Op};
use crate::wait::park_forever;

/// What an end holds: nothing is the nil channel.
pub(super) type Pointer<T> = Option<Arc<Hchan<T>>>;

/// The largest buffer in bytes: what a process can address on the machines we know, as in Go.
const MAX_BYTES: u128 = 1 << 47;

/// A channel: goroutines send values into it, others receive them.
///
/// Made by [`chan()`]. A clone is the same channel, as copying a channel is in Go, and `==` says whether two are the same.
/// [`sender`](Chan::sender) and [`receiver`](Chan::receiver) give an end for one direction (Go: `chan<- T`, `<-chan T`).
///
/// Values move. A value is dropped once: by who received it, or with the channel, or by a send that panics.
/// Waiting goroutines are served first come, first served.
///
/// Cost: one short lock an operation, nothing allocated; a goroutine that waits costs no thread.
///
/// Memory order, as in the Go memory model: a send comes before the receive of its value completes; receive k comes
/// before send k + cap completes; a close comes before a receive that returns `None` because of it.
///
/// ```
/// use goroutines::prelude::*;
///
/// let ch = chan(1);
/// ch.send("hello");
/// assert_eq!(ch.recv(), Some("hello"));
/// ```
pub struct Chan<T>(pub(super) Pointer<T>);

/// The sending end of a channel: Go's `chan<- T`.
///
/// ```
/// use goroutines::prelude::*;
///
/// fn greet(out: SendChan<&str>) {
///     out.send("hello");
///     out.close();
/// }
///
/// let ch = chan(1);
/// greet(ch.sender());
/// assert_eq!(ch.recv(), Some("hello"));
/// assert_eq!(ch.recv(), None);
/// ```
pub struct SendChan<T>(pub(super) Pointer<T>);

/// The receiving end of a channel: Go's `<-chan T`.
///
/// ```
/// use goroutines::prelude::*;
///
/// fn sum(numbers: RecvChan<i64>) -> i64 {
///     numbers.iter().sum()
/// }
///
/// let ch = chan(2);
/// ch.send(40);
/// ch.send(2);
/// ch.close();
/// assert_eq!(sum(ch.receiver()), 42);
/// ```
pub struct RecvChan<T>(pub(super) Pointer<T>);

/// The answer of a receive that would have had to wait.
///
/// ```
/// use goroutines::WouldBlock;
/// use goroutines::prelude::*;
///
/// assert_eq!(chan::<i32>(1).try_recv(), Err(WouldBlock));
/// assert_eq!(WouldBlock.to_string(), "the operation would block");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WouldBlock;

impl fmt::Display for WouldBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the operation would block")
    }
}

impl std::error::Error for WouldBlock {}

/// Makes a channel with a buffer of `cap` places: Go's `make(chan T, cap)`.
///
/// With `chan(0)` a send waits for its receiver and a receive for its sender: they meet.
///
/// # Panics
///
/// `makechan: size out of range` if the buffer would not fit into the address space. Memory for the buffer is reserved at
/// once and touched when it is used.
///
/// ```
/// use goroutines::prelude::*;
///
/// let ch = chan::<i32>(2);
/// assert_eq!((ch.len(), ch.cap()), (0, 2));
/// ```
#[track_caller]
pub fn chan<T: Send + 'static>(cap: usize) -> Chan<T> {
    let bytes = cap as u128 * size_of::<T>() as u128;
    let mut buf = VecDeque::new();
    if isize::try_from(cap).is_err() || bytes > MAX_BYTES || buf.try_reserve_exact(cap).is_err() {
        panic!("makechan: size out of range");
    }
    let c = Arc::new(Hchan::new(cap, buf));
    seam::made(&c.tag, "chan", cap);
    Chan(Some(c))
}

/// A channel inside of another object of the library: an observer knows it as a `kind`.
#[track_caller]
pub(crate) fn chan_of<T: Send + 'static>(kind: &'static str) -> Chan<T> {
    chan_for(kind, Location::caller())
}

/// The same, made for what was made at `at`.
pub(crate) fn chan_for<T: Send + 'static>(
    kind: &'static str,
    at: &'static Location<'static>,
) -> Chan<T> {
    let c = Arc::new(Hchan::new(0, VecDeque::new()));
    if hooked() {
        seam::made_at(&c.tag, kind, 0, at);
    }
    Chan(Some(c))
}

/// A channel that is closed from the start: what the goroutine that runs knows comes before each receive.
pub(crate) fn closed<T: Send + 'static>() -> Chan<T> {
    let c = Arc::new(Hchan::new(0, VecDeque::new()));
    seam::made(&c.tag, "chan", 0);
    seam::release(&c.tag, 0);
    let mut state = c.state.lock();
    state.closed = true;
    c.unlock::<true>(state);
    Chan(Some(c))
}

// ---- what the ends share ---------------------------------------------------------------------------------------------

#[inline]
#[track_caller]
fn send<T>(c: &Pointer<T>, v: T) {
    send_to(c.as_deref(), v);
}

#[inline]
#[track_caller]
pub(super) fn send_to<T>(c: Option<&Hchan<T>>, v: T) {
    match c {
        Some(c) => c.send(v),
        None => {
            seam::point_free(Op::Send);
            park_forever(WaitReason::ChanSendNil, Location::caller())
        }
    }
}

#[inline]
#[track_caller]
fn try_send<T>(c: &Pointer<T>, v: T) -> Result<(), T> {
    match c {
        Some(c) => c.try_send(v),
        None => Err(v),
    }
}

#[inline]
pub(super) fn receive<T>(c: &Pointer<T>, at: &'static Location<'static>) -> Option<T> {
    receive_at(c.as_deref(), at)
}

#[inline]
pub(super) fn receive_at<T>(c: Option<&Hchan<T>>, at: &'static Location<'static>) -> Option<T> {
    match c {
        Some(c) => c.recv(at),
        None => {
            seam::point_free_at(Op::Recv, at);
            park_forever(WaitReason::ChanReceiveNil, at)
        }
    }
}

#[inline]
#[track_caller]
fn try_receive<T>(c: &Pointer<T>) -> Result<Option<T>, WouldBlock> {
    match c {
        Some(c) => c.try_recv(),
        None => Err(WouldBlock),
    }
}

#[track_caller]
fn close<T>(c: &Pointer<T>) {
    match c {
        Some(c) => {
            if !c.close(Location::caller()) {
                panic!("close of closed channel");
            }
        }
        None => panic!("close of nil channel"),
    }
}

fn address<T>(c: &Pointer<T>) -> *const () {
    c.as_ref()
        .map_or(std::ptr::null(), |c| Arc::as_ptr(c).cast())
}

macro_rules! ends {
    ($($end:ident),*) => { $(
        impl<T> $end<T> {
            /// The nil channel: sending and receiving block for ever, closing panics.
            ///
            /// Go's zero value of a channel. In a `select!`, a nil channel is a case that is switched off.
            ///
            /// ```
            /// use goroutines::prelude::*;
            ///
            #[doc = concat!("let ch = ", stringify!($end), "::<i32>::nil();")]
            /// assert!(ch.is_nil());
            /// assert_eq!((ch.len(), ch.cap()), (0, 0));
            /// ```
            pub const fn nil() -> Self {
                $end(None)
            }

            /// Whether this is the nil channel.
            ///
            /// ```
            /// use goroutines::prelude::*;
            ///
            #[doc = concat!("let ch = ", stringify!($end), "::from(chan::<i32>(0));")]
            /// assert!(!ch.is_nil());
            /// ```
            pub fn is_nil(&self) -> bool {
                self.0.is_none()
            }

            /// How many values are in the buffer: Go's `len(ch)`.
            ///
            /// True at one moment; others may send or receive at the next.
            ///
            /// ```
            /// use goroutines::prelude::*;
            ///
            /// let ch = chan(2);
            /// ch.send('a');
            #[doc = concat!("assert_eq!(", stringify!($end), "::from(ch).len(), 1);")]
            /// ```
            #[track_caller]
            pub fn len(&self) -> usize {
                match &self.0 {
                    Some(c) => c.len(),
                    None => 0,
                }
            }

            /// Whether the buffer is empty: `len() == 0`, also for a channel that has no buffer.
            ///
            /// ```
            /// use goroutines::prelude::*;
            ///
            #[doc = concat!("assert!(", stringify!($end), "::from(chan::<i32>(2)).is_empty());")]
            /// ```
            #[track_caller]
            pub fn is_empty(&self) -> bool {
                self.len() == 0
            }

            /// How many places the buffer has: Go's `cap(ch)`.
            ///
            /// ```
            /// use goroutines::prelude::*;
            ///
            #[doc = concat!("assert_eq!(", stringify!($end), "::from(chan::<i32>(2)).cap(), 2);")]
            /// ```
            pub fn cap(&self) -> usize {
                self.0.as_ref().map_or(0, |c| c.cap)
            }
        }

        impl<T> Clone for $end<T> {
            fn clone(&self) -> Self {
                $end(self.0.clone())
            }
        }

        /// The nil channel, as Go's zero value is.
        impl<T> Default for $end<T> {
            fn default() -> Self {
                $end(None)
            }
        }

        /// Whether they are the same channel.
        impl<T> PartialEq for $end<T> {
            fn eq(&self, other: &Self) -> bool {
                address(&self.0) == address(&other.0)
            }
        }

        impl<T> Eq for $end<T> {}

        impl<T> Hash for $end<T> {
            fn hash<H: Hasher>(&self, h: &mut H) {
                address(&self.0).hash(h);
            }
        }

        impl<T> fmt::Debug for $end<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match &self.0 {
                    None => f.write_str(concat!(stringify!($end), "(nil)")),
                    Some(c) => {
                        seam::shown(Some(&c.tag));
                        // Who has it may be a snapshot on this thread, which shows a value that the channel is a part of.
                        let Some(state) = c.state.try_lock() else {
                            return f
                                .debug_struct(stringify!($end))
                                .field("cap", &c.cap)
                                .finish_non_exhaustive();
                        };
                        // As `len`: a tick that waits in the channel of a timer is not to be seen.
                        let (len, closed) = (state.buf.len().min(c.cap), state.closed);
                        drop(state);
                        f.debug_struct(stringify!($end))
                            .field("len", &len)
                            .field("cap", &c.cap)
                            .field("closed", &closed)
                            .finish()
                    }
                }
            }
        }

        // A panic between two operations leaves a channel whole: none runs the program's code under its lock.
        impl<T> UnwindSafe for $end<T> {}
        impl<T> RefUnwindSafe for $end<T> {}
    )* };
}

ends!(Chan, SendChan, RecvChan);

macro_rules! sends {
    ($($end:ident),*) => { $(
        impl<T> $end<T> {
            /// Sends `v`: Go's `ch <- v`. Waits until a receiver takes it or the buffer has a place.
            ///
            /// # Panics
            ///
            /// `send on closed channel` if it is closed, also while this send waits; `v` is dropped then. Outside of a
            /// goroutine, if it must wait (threads that a goroutine has made can wait).
            ///
            /// ```
            /// use goroutines::prelude::*;
            ///
            /// let ch = chan(1);
            #[doc = concat!("let tx = ", stringify!($end), "::from(ch.clone());")]
            /// tx.send(5);
            /// assert_eq!(ch.recv(), Some(5));
            /// ```
            #[inline]
            #[track_caller]
            pub fn send(&self, v: T) {
                send(&self.0, v);
            }

            /// Sends `v` if that needs no waiting, else gives it back: Go's `select` with one send and a `default`.
            ///
            /// # Errors
            ///
            /// The value, if nobody waits to receive and the buffer is full; always on the nil channel.
            ///
            /// # Panics
            ///
            /// `send on closed channel`.
            ///
            /// ```
            /// use goroutines::prelude::*;
            ///
            #[doc = concat!("let ch = ", stringify!($end), "::from(chan(1));")]
            /// assert_eq!(ch.try_send(1), Ok(()));
            /// assert_eq!(ch.try_send(2), Err(2));
            /// ```
            #[inline]
            #[track_caller]
            pub fn try_send(&self, v: T) -> Result<(), T> {
                try_send(&self.0, v)
            }

            /// Closes the channel: receivers get what is in the buffer, and then `None`. Go's `close(ch)`.
            ///
            /// Everyone who waits to receive is woken with `None`; who waits to send is woken and panics.
            ///
            /// # Panics
            ///
            /// `close of closed channel`, `close of nil channel`.
            ///
            /// ```
            /// use goroutines::prelude::*;
            ///
            /// let ch = chan(1);
            /// ch.send(1);
            #[doc = concat!(stringify!($end), "::from(ch.clone()).close();")]
            /// assert_eq!((ch.recv(), ch.recv()), (Some(1), None));
            /// ```
            #[track_caller]
            pub fn close(&self) {
                close(&self.0);
            }
        }
    )* };
}

sends!(Chan, SendChan);

macro_rules! receives {
    ($($end:ident),*) => { $(
        impl<T> $end<T> {
            /// Receives the next value, or `None` once the channel is closed and drained: Go's `v, ok := <-ch`.
            ///
            /// Waits until there is one of the two.
            ///
            /// # Panics
            ///
            /// Outside of a goroutine, if it must wait (threads that a goroutine has made can wait).
            ///
            /// ```
            /// use goroutines::prelude::*;
            ///
            /// let ch = chan(1);
            #[doc = concat!("let rx = ", stringify!($end), "::from(ch.clone());")]
            /// ch.send(5);
            /// ch.close();
            /// assert_eq!(rx.recv(), Some(5));
            /// assert_eq!(rx.recv(), None);
            /// ```
            #[inline]
            #[track_caller]
            pub fn recv(&self) -> Option<T> {
                receive(&self.0, Location::caller())
            }

            /// Receives if that needs no waiting: Go's `select` with one receive and a `default`.
            ///
            /// # Errors
            ///
            /// [`WouldBlock`] if the channel is open, empty, and nobody waits to send; always on the nil channel.
            ///
            /// ```
            /// use goroutines::WouldBlock;
            /// use goroutines::prelude::*;
            ///
            /// let ch = chan(1);
            #[doc = concat!("let rx = ", stringify!($end), "::from(ch.clone());")]
            /// assert_eq!(rx.try_recv(), Err(WouldBlock));
            /// ch.send(5);
            /// assert_eq!(rx.try_recv(), Ok(Some(5)));
            /// ch.close();
            /// assert_eq!(rx.try_recv(), Ok(None));
            /// ```
            #[inline]
            #[track_caller]
            pub fn try_recv(&self) -> Result<Option<T>, WouldBlock> {
                try_receive(&self.0)
            }
        }
    )* };
}

receives!(Chan, RecvChan);

impl<T> Chan<T> {
    /// Closes it for what was made at `at`: the line that closes is the library's, which closes each of its channels once.
    pub(crate) fn close_at(&self, at: &'static Location<'static>) {
        let open = self.0.as_ref().is_some_and(|c| c.close(at));
        debug_assert!(open, "the library closed a channel twice");
    }

    /// Receives for what was made at `at`.
    pub(crate) fn recv_at(&self, at: &'static Location<'static>) -> Option<T> {
        receive(&self.0, at)
    }

    /// This channel's sending end.
    ///
    /// ```
    /// use goroutines::prelude::*;
    ///
    /// let ch = chan(1);
    /// let tx: SendChan<i32> = ch.sender();
    /// tx.send(1);
    /// assert_eq!(ch.len(), 1);
    /// ```
    pub fn sender(&self) -> SendChan<T> {
        SendChan(self.0.clone())
    }

    /// This channel's receiving end.
    ///
    /// ```
    /// use goroutines::prelude::*;
    ///
    /// let ch = chan(1);
    /// let rx: RecvChan<i32> = ch.receiver();
    /// ch.send(1);
    /// assert_eq!(rx.recv(), Some(1));
    /// ```
    pub fn receiver(&self) -> RecvChan<T> {
        RecvChan(self.0.clone())
    }

    /// What the channel looks like at this moment, for pictures and tests.
    ///
    /// Formats the values under the channel's lock: their `Debug` must not use the channel, nor wait. It may show the
    /// channel, of which its capacity is seen then.
    ///
    /// # Panics
    ///
    /// If there is no memory for a place for each value that the channel could hold.
    ///
    /// ```
    /// use goroutines::prelude::*;
    ///
    /// let ch = chan(2);
    /// ch.send('a');
    /// ch.send('b');
    /// ch.recv();
    /// let s = ch.snapshot();
    /// assert_eq!(s.buf, [None, Some("'b'".to_string())]);
    /// assert_eq!((s.qcount, s.sendx, s.recvx), (1, 0, 1));
    /// ```
    #[track_caller]
    pub fn snapshot(&self) -> ChanSnapshot
    where
        T: fmt::Debug,
    {
        match &self.0 {
            Some(c) => c.snapshot(),
            None => ChanSnapshot::default(),
        }
    }
}

impl<T> From<Chan<T>> for SendChan<T> {
    fn from(c: Chan<T>) -> Self {
        SendChan(c.0)
    }
}

impl<T> From<Chan<T>> for RecvChan<T> {
    fn from(c: Chan<T>) -> Self {
        RecvChan(c.0)
    }
}
