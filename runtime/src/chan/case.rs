//! A channel as a case of a `select`: what `select.rs` does with it, whatever the type of its values.
//!
//! A case lives in the frame of the goroutine that selects. `select.rs` locks the channels of all cases, asks each
//! whether it is ready, and either lets one *fire* or *enqueues* all of them. The protocol stands there; here is what one
//! channel does for it.

use std::any::Any;
use std::cell::UnsafeCell;
use std::panic::Location;
use std::ptr::NonNull;

use super::{Chan, Got, Hchan, Parcel, Put, RecvChan, SendChan, TICK, send_on_closed};
use crate::change::hands;
use crate::goroutine::G;
use crate::lock::guard_state;
use crate::op::SENT;
use crate::primitives::{Tag, hooked};
use crate::seam;
use crate::show::arrow;
use crate::wait::{Claim, Sudog};

/// What [`select!`](crate::select!) and [`Select`](crate::select::Select) can receive from: a [`Chan`], a [`RecvChan`], or a
/// reference to one.
///
/// ```
/// use goroutines::prelude::*;
/// use goroutines::select::{AsRecv, Select};
///
/// fn first<C: AsRecv>(a: &C, b: &C) -> Option<C::Item> {
///     let mut s = Select::new();
///     s.recv(a);
///     s.recv(b);
///     s.wait().recv()
/// }
///
/// let (a, b) = (chan(1), chan(1));
/// b.send(2);
/// assert_eq!(first(&a, &b), Some(2));
/// ```
pub trait AsRecv: RecvEnd<Item: 'static> {}

/// An end that values come out of, and the type of the values: what [`AsRecv`] is made of.
///
/// ```
/// use goroutines::prelude::*;
/// use goroutines::select::RecvEnd;
///
/// fn is_end<C: RecvEnd<Item = i32>>(_: &C) {}
///
/// let ch = chan(0);
/// is_end(&ch);
/// is_end(&ch.receiver());
/// ```
pub trait RecvEnd {
    /// The type of its values.
    type Item;
    #[doc(hidden)]
    fn side(&self) -> Side<'_, Self::Item>;
}

/// What [`select!`](crate::select!) and [`Select`](crate::select::Select) can send to: a [`Chan`], a [`SendChan`], or a
/// reference to one.
///
/// ```
/// use goroutines::prelude::*;
/// use goroutines::select::{AsSend, Select};
///
/// fn to_either<C: AsSend<Item = i32>>(a: &C, b: &C) -> usize {
///     let mut s = Select::new();
///     s.send(a, 1);
///     s.send(b, 1);
///     s.wait().index()
/// }
///
/// let (a, b) = (chan(0), chan(1));
/// assert_eq!(to_either(&a, &b), 1);
/// ```
pub trait AsSend: SendEnd<Item: 'static> {}

/// An end that values go into, and the type of the values: what [`AsSend`] is made of.
///
/// ```
/// use goroutines::prelude::*;
/// use goroutines::select::SendEnd;
///
/// fn is_end<C: SendEnd<Item = i32>>(_: &C) {}
///
/// let ch = chan(0);
/// is_end(&ch);
/// is_end(&ch.sender());
/// ```
pub trait SendEnd {
    /// The type of its values.
    type Item;
    #[doc(hidden)]
    fn side(&self) -> Side<'_, Self::Item>;
}

/// The channel behind an end; nothing is the nil channel.
#[doc(hidden)]
#[allow(missing_debug_implementations, reason = "only macros of ours name it")]
pub struct Side<'a, T>(Option<&'a Hchan<T>>);

macro_rules! sides {
    ($as:ident, $of:ident: $($end:ident),*) => {
        impl<C: $of<Item: 'static> + ?Sized> $as for C {}
        $(
            impl<T> $of for $end<T> {
                type Item = T;
                #[inline]
                fn side(&self) -> Side<'_, T> {
                    Side(self.0.as_deref())
                }
            }
        )*
        impl<C: $of + ?Sized> $of for &C {
            type Item = C::Item;
            #[inline]
            fn side(&self) -> Side<'_, C::Item> {
                (**self).side()
            }
        }
        impl<C: $of + ?Sized> $of for &mut C {
            type Item = C::Item;
            #[inline]
            fn side(&self) -> Side<'_, C::Item> {
                (**self).side()
            }
        }
    };
}

sides!(AsRecv, RecvEnd: Chan, RecvChan);
sides!(AsSend, SendEnd: Chan, SendChan);

/// What a `select` does with a case.
///
/// Those that are `unsafe` are called between `lock` and `unlock`; all others without the lock of the case's channel, which
/// some of them take themselves.
pub(crate) trait Case {
    /// The address of its channel: equal for two cases of one channel. `None` for the nil channel, which nothing else here
    /// is called for.
    fn channel(&self) -> Option<usize>;
    /// Whether it may be ready, without the lock: `false` is certain, and true at one moment.
    fn may(&self) -> bool;
    /// Locks the channel.
    fn lock(&self);
    /// Releases it.
    ///
    /// # Safety
    ///
    /// It was locked by `lock` of a case with this channel.
    unsafe fn unlock(&self);
    /// Whether it is ready.
    ///
    /// # Safety
    ///
    /// The channel is locked.
    unsafe fn ready(&self) -> bool;
    /// Does it if it is ready, and says so; who waited for it is put into `wake`, to be readied without a lock.
    ///
    /// # Safety
    ///
    /// The channel is locked.
    unsafe fn fire(&mut self, wake: &mut Option<&'static G>) -> bool;
    /// Begins to wait.
    ///
    /// # Safety
    ///
    /// The channel is locked; the case stays where it is, and is alive until `dequeue`.
    unsafe fn enqueue(&mut self, g: &'static G, claim: *const Claim, index: u32);
    /// Waits no longer.
    ///
    /// # Safety
    ///
    /// The channel is locked.
    unsafe fn dequeue(&self);
    /// Tells how the channel stands, for the trace and for who reads a schedule.
    ///
    /// # Safety
    ///
    /// The channel is locked.
    unsafe fn tells(&self);
    /// Its channel woke the goroutine, and the case is in no queue: takes what the waker left.
    fn woken(&mut self);
    /// Whether it is a send that found its channel closed: whoever has selected panics then, with no lock held.
    fn closed(&self) -> bool;
    /// What came of it, for who reads a schedule.
    fn outcome(&self) -> String;
    /// What the race detector is told of a send before it is tried, or waits: whoever receives may close next.
    fn access(&self, at: &'static Location<'static>);
    /// Tells that the value of a send is about to be handed over.
    fn hands(&mut self);
    /// What the channel is known as.
    fn tag(&self) -> Option<&Tag>;
    /// What was received, for one who will name its type; nothing for a send, or a closed channel.
    fn take_any(&mut self) -> Option<Box<dyn Any>>;
}

/// `recv(c)`.
#[doc(hidden)]
#[allow(missing_debug_implementations, reason = "only macros of ours name it")]
pub struct RecvCase<'a, T> {
    chan: Option<&'a Hchan<T>>,
    /// Others write to it while it is queued, so nobody makes a `&mut` to the case in the meantime.
    node: UnsafeCell<Option<Sudog<Parcel<T>>>>,
    value: Option<T>,
}

/// `send(c, v)`.
#[doc(hidden)]
#[allow(missing_debug_implementations, reason = "only macros of ours name it")]
pub struct SendCase<'a, T> {
    chan: Option<&'a Hchan<T>>,
    /// Others write to it while it is queued, so nobody makes a `&mut` to the case in the meantime.
    node: UnsafeCell<Option<Sudog<Parcel<T>>>>,
    value: Option<T>,
    closed: bool,
}

impl<'a, T> RecvCase<'a, T> {
    #[inline]
    pub(crate) fn new(side: Side<'a, T>) -> Self {
        RecvCase {
            chan: side.0,
            node: UnsafeCell::new(None),
            value: None,
        }
    }

    /// What was received, once it has fired.
    #[inline]
    pub(crate) fn into_value(self) -> Option<T> {
        self.value
    }

    /// The case alone: a plain receive.
    pub(crate) fn alone(self, at: &'static Location<'static>) -> Option<T> {
        super::ends::receive_at(self.chan, at)
    }

    /// The case with a `default`: a receive that does not wait; `None` for the default.
    #[inline]
    #[track_caller]
    pub(crate) fn or_default(self) -> Option<Option<T>> {
        self.chan?.try_recv().ok()
    }

    #[inline]
    fn c(&self) -> &'a Hchan<T> {
        self.chan.expect("a nil channel is no case")
    }
}

impl<'a, T> SendCase<'a, T> {
    #[inline]
    pub(crate) fn new(side: Side<'a, T>, v: T) -> Self {
        SendCase {
            chan: side.0,
            node: UnsafeCell::new(None),
            value: Some(v),
            closed: false,
        }
    }

    /// The case alone: a plain send.
    #[track_caller]
    pub(crate) fn alone(self) {
        if let Some(v) = self.value {
            super::ends::send_to(self.chan, v);
        }
    }

    /// The case with a `default`: a send that does not wait, and whether it sent.
    #[inline]
    #[track_caller]
    pub(crate) fn or_default(self) -> bool {
        // A closure's calls would be told as made here.
        match (self.chan, self.value) {
            (Some(c), Some(v)) => c.try_send(v).is_ok(),
            _ => false,
        }
    }

    #[inline]
    fn c(&self) -> &'a Hchan<T> {
        self.chan.expect("a nil channel is no case")
    }
}

/// What both kinds do alike.
macro_rules! common {
    () => {
        #[inline]
        fn channel(&self) -> Option<usize> {
            self.chan.map(|c| std::ptr::from_ref(c).addr())
        }

        fn tag(&self) -> Option<&Tag> {
            self.chan.map(|c| &c.tag)
        }

        /// # Safety
        ///
        /// The channel is locked.
        unsafe fn tells(&self) {
            // SAFETY: the caller's promise.
            self.c().tell(unsafe { &*self.c().state.data_ptr() }, 0, 0);
        }

        #[inline]
        fn lock(&self) {
            std::mem::forget(self.c().state.lock());
        }

        /// # Safety
        ///
        /// As the trait says.
        #[inline]
        unsafe fn unlock(&self) {
            // SAFETY: locked by `lock`, which forgot the guard (the caller's promise).
            unsafe {
                if hooked() {
                    return unlock_told(self.c());
                }
                unlock::<T, false>(self.c());
            }
        }
    };
}

/// # Safety
///
/// It is locked, and the guard was forgotten.
#[inline(always)]
unsafe fn unlock<T, const TOLD: bool>(c: &Hchan<T>) {
    // SAFETY: the caller's promise.
    unsafe {
        c.publish::<TOLD>(&*c.state.data_ptr());
        c.state.force_unlock(guard_state());
    }
}

/// The same where somebody may listen.
///
/// # Safety
///
/// As for `unlock`.
#[cold]
#[inline(never)]
unsafe fn unlock_told<T>(c: &Hchan<T>) {
    // SAFETY: the caller's promise.
    unsafe { unlock::<T, true>(c) };
}

impl<T> Case for RecvCase<'_, T> {
    common!();

    #[inline]
    fn may(&self) -> bool {
        self.c().may_receive()
    }

    unsafe fn ready(&self) -> bool {
        // SAFETY: the channel is locked (the caller's promise), and nobody else borrows its state here.
        let state = unsafe { &mut *self.c().state.data_ptr() };
        state.look();
        !state.buf.is_empty() || state.closed || state.sendq.anybody()
    }

    unsafe fn fire(&mut self, wake: &mut Option<&'static G>) -> bool {
        let c = self.c();
        // SAFETY: as in `ready`.
        let state = unsafe { &mut *c.state.data_ptr() };
        match c.get::<true>(state, &mut self.value) {
            Got::Value(sender) => {
                *wake = sender.map(|w| w.claimed());
                true
            }
            Got::Closed => true,
            Got::Nothing => false,
        }
    }

    unsafe fn enqueue(&mut self, g: &'static G, claim: *const Claim, index: u32) {
        let mut sudog = Sudog::new(g, None);
        sudog.one_of(claim, index);
        // SAFETY: it is in no queue yet, so nobody else knows it.
        let node = NonNull::from(unsafe { &mut *self.node.get() }.insert(sudog));
        // SAFETY: as in `ready`.
        let state = unsafe { &mut *self.c().state.data_ptr() };
        state.will_wait();
        // SAFETY: the case stays in place until `dequeue` (the caller's promise).
        unsafe { state.recvq.enqueue(node) };
    }

    unsafe fn dequeue(&self) {
        // SAFETY: under the lock (the caller's promise) nobody else writes to a sudog of this queue, linked or not.
        if let Some(node) = unsafe { &mut *self.node.get() } {
            // SAFETY: as in `ready`.
            let state = unsafe { &mut *self.c().state.data_ptr() };
            // SAFETY: it was put into this queue by `enqueue`.
            unsafe { state.recvq.remove(NonNull::from(node)) };
            state.has_left();
        }
    }

    fn woken(&mut self) {
        self.value = self.node.get_mut().take().and_then(Sudog::into_elem);
        if hooked() && self.c().state.lock().timed.is_some() {
            seam::acquire(&self.c().tag, TICK);
        }
    }

    fn closed(&self) -> bool {
        false
    }

    fn outcome(&self) -> String {
        let v = self.value.as_ref();
        v.map_or_else(|| "closed".to_string(), |v| arrow((self.c().show)(v)))
    }

    fn access(&self, _at: &'static Location<'static>) {}

    fn hands(&mut self) {}

    fn take_any(&mut self) -> Option<Box<dyn Any>> {
        self.value.take().map(self.c().pack)
    }
}

impl<T> Case for SendCase<'_, T> {
    common!();

    #[inline]
    fn may(&self) -> bool {
        self.c().may_send()
    }

    unsafe fn ready(&self) -> bool {
        // SAFETY: as for a receive.
        let state = unsafe { &mut *self.c().state.data_ptr() };
        state.buf.len() < self.c().cap || state.closed || state.recvq.anybody()
    }

    unsafe fn fire(&mut self, wake: &mut Option<&'static G>) -> bool {
        let c = self.c();
        if self.value.is_none() {
            return false;
        }
        // SAFETY: as in `ready`.
        let state = unsafe { &mut *c.state.data_ptr() };
        match c.put::<true>(state, &mut self.value) {
            Put::Taken(receiver) => {
                *wake = receiver.map(|w| w.claimed());
                true
            }
            Put::Closed => {
                self.closed = true;
                true
            }
            Put::Full => false,
        }
    }

    unsafe fn enqueue(&mut self, g: &'static G, claim: *const Claim, index: u32) {
        let mut sudog = Sudog::new(g, self.value.take());
        sudog.one_of(claim, index);
        // SAFETY: it is in no queue yet, so nobody else knows it.
        let node = NonNull::from(unsafe { &mut *self.node.get() }.insert(sudog));
        // SAFETY: as in `ready`.
        let state = unsafe { &mut *self.c().state.data_ptr() };
        // SAFETY: the case stays in place until `dequeue` (the caller's promise).
        unsafe { state.sendq.enqueue(node) };
    }

    unsafe fn dequeue(&self) {
        // SAFETY: under the lock (the caller's promise) nobody else writes to a sudog of this queue, linked or not.
        if let Some(node) = unsafe { &mut *self.node.get() } {
            // SAFETY: as in `ready`; it was put into this queue by `enqueue`.
            unsafe {
                (*self.c().state.data_ptr())
                    .sendq
                    .remove(NonNull::from(node))
            };
        }
    }

    fn woken(&mut self) {
        self.value = self.node.get_mut().take().and_then(Sudog::into_elem);
        // A receiver would have taken it.
        self.closed = self.value.is_some();
    }

    fn closed(&self) -> bool {
        self.closed
    }

    fn outcome(&self) -> String {
        let came = if self.closed { "closed" } else { SENT };
        came.to_string()
    }

    fn access(&self, at: &'static Location<'static>) {
        seam::access_at(&self.c().life, false, at);
    }

    fn hands(&mut self) {
        if let (Some(_), Some(v)) = (self.chan, &mut self.value) {
            hands(v);
        }
    }

    fn take_any(&mut self) -> Option<Box<dyn Any>> {
        None
    }
}

impl<T> SendCase<'_, T> {
    /// The panic of a send that found its channel closed; the value is dropped on the way out.
    #[cold]
    #[track_caller]
    pub(crate) fn panic(self) -> ! {
        send_on_closed(self.value)
    }
}
