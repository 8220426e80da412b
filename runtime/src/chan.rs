//! Channels: a buffer, two queues of goroutines that wait, and who hands what to whom.
//!
//! ```
//! use goroutines::prelude::*;
//!
//! run(|| {
//!     let (jobs, done) = (chan(2), chan(0));
//!     let (todo, tell) = (jobs.receiver(), done.sender());
//!     go!({
//!         for job in &todo {
//!             tell.send(job * 10);
//!         }
//!         tell.close();
//!     });
//!     jobs.send(1);
//!     jobs.send(2);
//!     jobs.close();
//!     assert_eq!(done.iter().collect::<Vec<_>>(), [10, 20]);
//! });
//! ```
//!
//! # The protocol
//!
//! A channel is a pointer to an `Hchan` (Go's `hchan`): a buffer of `cap` places, the queue of those who wait to
//! receive (`recvq`) and of those who wait to send (`sendq`), and whether it is closed; all of it under one lock.
//! A goroutine that waits has its place for a value in its own frame, so values go straight from goroutine to goroutine.
//!
//! *Send*, in this order, under the lock:
//! 1. closed: panic;
//! 2. somebody waits to receive: the value is put into the frame of the one who waited longest, and that one is made
//!    ready. The buffer is passed by, which is right since it is empty then;
//! 3. a place in the buffer is free: the value goes there;
//! 4. else the goroutine waits in `sendq` with the value in its frame. A receiver takes it, or a close leaves it there,
//!    and the sender panics.
//!
//! *Receive*, under the lock:
//! 1. the buffer has something: its oldest value. If somebody waits to send, the buffer was full; that one's value takes
//!    the place which just fell free (the first becomes the last: the buffer turns by one), and the sender is made ready;
//! 2. somebody waits to send (no buffer then): the value is taken out of the sender's frame;
//! 3. closed: `None`;
//! 4. else the goroutine waits in `recvq`. A sender leaves a value in its frame, or a close leaves nothing: `None`.
//!
//! *Close* takes everyone out of both queues under the lock, and then readies them, last come first, senders before
//! receivers: Go's order, which makes five waiting receivers run as 0 4 3 2 1 where there is one P.
//!
//! # Invariants
//!
//! - One queue at least is empty, but for a goroutine that waits in one `select` both to send to and to receive from a
//!   channel without a buffer. Somebody waits to receive: the buffer is empty. Somebody waits to send: it is full. (Who
//!   waits in a `select` that another channel has woken does not count, and may still stand in a queue.)
//! - Closed: nobody waits; a closed channel never opens again.
//! - Values move out of the lock before anything is done with them: no destructor of the program runs under it.
//! - No goroutine is made ready under the lock.
//!
//! # Looking without the lock
//!
//! `can` says whether a receive and a send would find something. It is written under the lock whenever that changes (a
//! goroutine that begins to wait adds the bit of its counterpart before it is seen to wait), so a `try_` operation that
//! finds its bit missing has seen one moment at which it would have had to wait. A bit that is set is a guess: who waits
//! in a `select` may be on its way elsewhere.
//!
//! # Happens-before
//!
//! As the Go memory model has it: each place of the buffer is an object of its own (slot `1 + i`), because receive k
//! comes before send k + cap completes, and nothing else follows from a place's reuse. A value handed straight to a
//! waiting receiver of a buffered channel counts as put into the buffer and taken out. A rendezvous orders both ways.
//! Slot 0 is the close, before each receive that sees it. And, so that a send which nothing orders with the close is
//! reported: each send reads the channel's `life`, a close writes it.
//!
//! # Rejected
//!
//! - A lock-free ring for the buffer: two atomics saved on the way without contention, and then `len`, `close`, `select`
//!   and the hand-off each need an argument of their own. Go has one lock for the same reason.
//! - Waking a receiver that then competes for the value: a latecomer could overtake it, and receivers are first come,
//!   first served.
//! - `Box<[Option<T>]>` for the buffer: it must be written to at once, and a large one is often never filled.

mod case;
mod ends;
mod iter;
mod snapshot;
mod timed;

use std::any::Any;
use std::collections::VecDeque;
use std::panic::Location;
use std::sync::atomic::{AtomicU8, Ordering};

pub use case::{AsRecv, AsSend, RecvEnd, SendEnd};
pub(crate) use case::{Case, RecvCase, SendCase};
pub use ends::{Chan, RecvChan, SendChan, WouldBlock, chan};
pub(crate) use ends::{chan_for, chan_of, closed};
pub use iter::{IntoIter, Iter};
pub use snapshot::{ChanSnapshot, Waiting};
pub(crate) use timed::TimedChan;

use crate::change::hands;
use crate::goroutine::{G, GList, WaitReason};
use crate::lock::LockGuard;
use crate::op::WOULD_BLOCK;
use crate::primitives::{Lock, Tag, hooked};
use crate::seam::{self, Contents, Op};
use crate::show::{arrow, show};
use crate::wait::{self, WaitQueue, Woken, wait_on};

/// A value on its way, in the frame of the goroutine that waits. A sender's is there until a receiver takes it; a
/// receiver's is missing until a sender leaves it. What a wake-up finds missing or left says that the channel was closed.
type Parcel<T> = Option<T>;

/// What a [`Chan`] points to.
struct Hchan<T> {
    cap: usize,
    /// How a value is shown to who reads a schedule. Known where the channel is made, since it needs `T: 'static`.
    show: fn(&T) -> String,
    /// Packs a value whose type its receiver will name. Known there for the same reason.
    pack: fn(T) -> Box<dyn Any>,
    tag: Tag,
    /// Read by each send and written by a close, for the race detector.
    life: Tag,
    /// What can be done here without waiting ([`CAN_RECEIVE`], [`CAN_SEND`]): written under the lock by whoever changes it,
    /// read without it. One word, so that what is read was true at one moment.
    can: AtomicU8,
    state: Lock<State<T>>,
}

struct State<T> {
    closed: bool,
    /// The place in the buffer that the next receive takes, of `cap`. Only an observer and a snapshot look at it:
    /// `buf` keeps its own.
    recvx: usize,
    /// How many values were handed straight to a receiver of a buffered channel, of `cap`: for the race detector they
    /// went through the buffer, whose places are counted from here.
    passed: usize,
    buf: VecDeque<T>,
    recvq: WaitQueue<Parcel<T>>,
    sendq: WaitQueue<Parcel<T>>,
    /// For the channel of a timer.
    timed: Option<Box<timed::Timed<T>>>,
}

impl<T> State<T> {
    /// The place that the next send fills.
    fn sendx(&self, cap: usize) -> usize {
        let x = self.recvx + self.buf.len();
        if x >= cap { x - cap } else { x }
    }

    /// Moves on to the next place to be received from.
    fn step(&mut self, cap: usize) {
        self.recvx += 1;
        if self.recvx >= cap {
            self.recvx = 0;
        }
    }

    /// The receiver that has waited longest. (Whoever waits in a `select` that fired elsewhere is skipped.)
    fn next_receiver(&mut self) -> Option<Woken<Parcel<T>>> {
        self.recvq.dequeue()
    }

    /// The sender that has waited longest.
    fn next_sender(&mut self) -> Option<Woken<Parcel<T>>> {
        self.sendq.dequeue()
    }
}

// The values themselves go in and out by reference, in an `Option`: a large one is copied at each step of a build that is
// not optimised, and each copy takes its place on the stack.

/// What came of a send that does not wait. Only if it was taken is the value gone.
enum Put<T> {
    /// Somebody has it, and is to be readied; or the buffer has it.
    Taken(Option<Woken<Parcel<T>>>),
    Closed,
    Full,
}

/// What came of a receive that does not wait.
enum Got<T> {
    /// A value; and who was waiting for the place that it left, to be readied.
    Value(Option<Woken<Parcel<T>>>),
    Closed,
    Nothing,
}

/// The race detector's slot, where a channel is a timer's and has no buffer: who receives a tick comes after who has set
/// the timer.
const TICK: usize = 1;

/// `Hchan::can`: a receive would find something.
const CAN_RECEIVE: u8 = 1;
/// `Hchan::can`: a send would find a place, a receiver or a closed channel.
const CAN_SEND: u8 = 2;

#[inline]
fn ready<T>(woken: Option<Woken<Parcel<T>>>) {
    if let Some(woken) = woken {
        woken.ready();
    }
}

/// How far a send gets without waiting.
enum Offered<'a, T> {
    Taken,
    Closed,
    Full(LockGuard<'a, State<T>>),
}

/// How far a receive gets without waiting.
enum Found<'a, T> {
    Value,
    Closed,
    Empty(LockGuard<'a, State<T>>),
}

impl<T> Hchan<T> {
    fn new(cap: usize, buf: VecDeque<T>) -> Self
    where
        T: 'static,
    {
        Hchan {
            cap,
            show: show::<T>,
            pack: |v| Box::new(v),
            tag: Tag::new(),
            life: Tag::new(),
            can: AtomicU8::new(if cap > 0 { CAN_SEND } else { 0 }),
            state: Lock::new(State {
                closed: false,
                recvx: 0,
                passed: 0,
                buf,
                recvq: WaitQueue::new(),
                sendq: WaitQueue::new(),
                timed: None,
            }),
        }
    }

    /// Tells the race detector that a value passes the buffer's place `ahead` of the oldest: in or out, by the goroutine
    /// that runs or by one that waits.
    #[inline(always)]
    fn passes<const TOLD: bool>(&self, state: &State<T>, ahead: usize, who: Option<&'static G>) {
        // A tick comes from nobody.
        if TOLD && hooked() && self.cap > 0 {
            let place = (state.recvx + state.passed + ahead) % self.cap;
            seam::exchange(&self.tag, 1 + place, who);
        }
    }

    /// What can be done for a send at once, under the lock. Whoever is given back must be readied without it.
    #[inline]
    fn put<const TOLD: bool>(&self, state: &mut State<T>, v: &mut Option<T>) -> Put<T> {
        if state.closed {
            return Put::Closed;
        }
        if let Some(mut receiver) = state.next_receiver() {
            *receiver.elem() = v.take();
            if TOLD && hooked() {
                if self.cap == 0 {
                    seam::meet(receiver.g());
                } else {
                    self.passes::<TOLD>(state, 0, None);
                    self.passes::<TOLD>(state, 0, Some(receiver.g()));
                    state.passed = (state.passed + 1) % self.cap;
                }
            }
            return Put::Taken(Some(receiver));
        }
        if state.buf.len() < self.cap {
            self.passes::<TOLD>(state, state.buf.len(), None);
            if let Some(v) = v.take() {
                state.buf.push_back(v);
            }
            return Put::Taken(None);
        }
        Put::Full
    }

    /// What can be done for a receive at once, under the lock. Whoever is given back must be readied without it.
    #[inline]
    fn get<const TOLD: bool>(&self, state: &mut State<T>, v: &mut Option<T>) -> Got<T> {
        state.look();
        *v = state.buf.pop_front();
        if v.is_some() {
            self.passes::<TOLD>(state, 0, None);
            if TOLD && state.timed.is_some() {
                seam::acquire(&self.tag, TICK);
            }
            state.step(self.cap);
            let sender = state.next_sender().map(|mut sender| {
                self.passes::<TOLD>(state, state.buf.len(), Some(sender.g()));
                if let Some(v) = sender.elem().take() {
                    state.buf.push_back(v);
                }
                sender
            });
            return Got::Value(sender);
        }
        if let Some(mut sender) = state.next_sender() {
            *v = sender.elem().take();
            debug_assert!(v.is_some(), "a goroutine in sendq has its value");
            if TOLD {
                seam::meet(sender.g());
            }
            return Got::Value(Some(sender));
        }
        if state.closed {
            if TOLD {
                seam::acquire(&self.tag, 0);
            }
            return Got::Closed;
        }
        Got::Nothing
    }

    #[inline]
    fn offer<const TOLD: bool>(&self, v: &mut Option<T>) -> Offered<'_, T> {
        let mut state = self.state.lock();
        match self.put::<TOLD>(&mut state, v) {
            Put::Taken(receiver) => {
                self.unlock::<TOLD>(state);
                ready(receiver);
                Offered::Taken
            }
            Put::Closed => Offered::Closed,
            Put::Full => Offered::Full(state),
        }
    }

    #[inline]
    fn find<const TOLD: bool>(&self, v: &mut Option<T>) -> Found<'_, T> {
        let mut state = self.state.lock();
        match self.get::<TOLD>(&mut state, v) {
            Got::Value(sender) => {
                self.unlock::<TOLD>(state);
                ready(sender);
                Found::Value
            }
            Got::Closed => Found::Closed,
            Got::Nothing => Found::Empty(state),
        }
    }

    /// Says what a receive and a send would find, for those who look without the lock, and releases it.
    #[inline]
    fn unlock<const TOLD: bool>(&self, state: LockGuard<'_, State<T>>) {
        self.publish::<TOLD>(&state);
        drop(state);
    }

    #[inline]
    fn publish<const TOLD: bool>(&self, state: &State<T>) {
        // Whether a timer is due is found out by who looks, under the lock.
        let receive = state.closed
            || !state.buf.is_empty()
            || !state.sendq.is_empty()
            || state.timed.is_some();
        let send = state.closed || state.buf.len() < self.cap || !state.recvq.is_empty();
        if TOLD {
            self.tell(state, 0, 0);
        }
        let now = u8::from(receive) * CAN_RECEIVE + u8::from(send) * CAN_SEND;
        if self.can.load(Ordering::Relaxed) != now {
            self.can.store(now, Ordering::Release);
        }
    }

    /// How it stands, for the trace, with so many more receivers and senders.
    #[inline(always)]
    fn tell(&self, state: &State<T>, receivers: usize, senders: usize) {
        if hooked() {
            let counts = [
                state.buf.len(),
                state.recvx,
                state.recvq.len() + receivers,
                state.sendq.len() + senders,
            ];
            seam::stands(&self.tag, counts, state.closed, &mut || {
                self.contents(state)
            });
        }
    }

    fn contents(&self, state: &State<T>) -> Contents {
        let mut contents = Contents {
            buf: state.buf.iter().map(self.show).collect(),
            ..Contents::default()
        };
        state.sendq.for_each_untold(|g, elem| {
            let v = elem.as_ref().map(self.show);
            contents.sendq.push((g.id(), v.unwrap_or_default()));
        });
        state
            .recvq
            .for_each_untold(|g, _| contents.recvq.push(g.id()));
        contents
    }

    /// Under the lock: this goroutine is about to wait here, so that its counterpart will find it.
    #[inline]
    fn add_can(&self, bit: u8) {
        self.can
            .store(self.can.load(Ordering::Relaxed) | bit, Ordering::Release);
    }

    /// Whether a receive may find something: at one moment, for `false` is certain and `true` a guess.
    #[inline]
    fn may_receive(&self) -> bool {
        self.can.load(Ordering::Acquire) & CAN_RECEIVE != 0
    }

    /// Whether a send may find a place, as [`Hchan::may_receive`].
    #[inline]
    fn may_send(&self) -> bool {
        self.can.load(Ordering::Acquire) & CAN_SEND != 0
    }

    /// What every send does first: the choice point, and the read that an unordered close conflicts with.
    #[track_caller]
    fn about_to_send(&self, op: Op, v: &mut T) {
        seam::point(op, &self.tag);
        hands(v);
        seam::outcome(|| (self.show)(v));
        seam::access(&self.life, false);
    }

    #[inline]
    #[track_caller]
    fn send(&self, v: T) {
        // One look at the hooks for all that a send tells.
        if hooked() {
            self.send_told(v);
        } else {
            self.send_so::<false>(v);
        }
    }

    #[cold]
    #[inline(never)]
    #[track_caller]
    fn send_told(&self, mut v: T) {
        self.about_to_send(Op::Send, &mut v);
        self.send_so::<true>(v);
    }

    #[inline]
    #[track_caller]
    fn send_so<const TOLD: bool>(&self, v: T) {
        let mut v = Some(v);
        match self.offer::<TOLD>(&mut v) {
            Offered::Taken => return,
            Offered::Closed => {}
            Offered::Full(state) => {
                let at = Location::caller();
                self.add_can(CAN_RECEIVE);
                if TOLD {
                    self.tell(&state, 0, 1);
                }
                v = wait_on(state, |s| &mut s.sendq, v, WaitReason::ChanSend, at);
                if v.is_none() {
                    return;
                }
            }
        }
        send_on_closed(v)
    }

    #[inline]
    #[track_caller]
    fn try_send(&self, mut v: T) -> Result<(), T> {
        if hooked() {
            self.about_to_send(Op::TrySend, &mut v);
        }
        if !self.may_send() {
            seam::outcome(|| WOULD_BLOCK.to_string());
            return Err(v);
        }
        let mut v = Some(v);
        match self.offer::<true>(&mut v) {
            Offered::Taken => Ok(()),
            Offered::Closed => send_on_closed(v),
            Offered::Full(state) => {
                drop(state);
                seam::outcome(|| WOULD_BLOCK.to_string());
                match v {
                    Some(v) => Err(v),
                    None => Ok(()),
                }
            }
        }
    }

    #[inline]
    fn recv(&self, at: &'static Location<'static>) -> Option<T> {
        if hooked() {
            self.recv_told(at)
        } else {
            self.recv_so::<false>(at)
        }
    }

    #[cold]
    #[inline(never)]
    fn recv_told(&self, at: &'static Location<'static>) -> Option<T> {
        seam::point_at(Op::Recv, &self.tag, at);
        let v = self.recv_so::<true>(at);
        self.received(v.as_ref());
        v
    }

    #[inline]
    fn recv_so<const TOLD: bool>(&self, at: &'static Location<'static>) -> Option<T> {
        let mut v = None;
        match self.find::<TOLD>(&mut v) {
            Found::Value | Found::Closed => v,
            Found::Empty(mut state) => {
                state.will_wait();
                self.add_can(CAN_SEND);
                if TOLD {
                    self.tell(&state, 1, 0);
                }
                let ticks = TOLD && state.timed.is_some();
                let v = wait_on(state, |s| &mut s.recvq, None, WaitReason::ChanReceive, at);
                if ticks {
                    seam::acquire(&self.tag, TICK);
                }
                v
            }
        }
    }

    #[inline]
    #[track_caller]
    fn try_recv(&self) -> Result<Option<T>, WouldBlock> {
        seam::point(Op::TryRecv, &self.tag);
        if !self.may_receive() {
            seam::outcome(|| WOULD_BLOCK.to_string());
            return Err(WouldBlock);
        }
        let mut v = None;
        if let Found::Empty(state) = self.find::<true>(&mut v) {
            drop(state);
            seam::outcome(|| WOULD_BLOCK.to_string());
            return Err(WouldBlock);
        }
        self.received(v.as_ref());
        Ok(v)
    }

    #[inline]
    fn received(&self, v: Option<&T>) {
        seam::outcome(|| v.map_or_else(|| "closed".to_string(), |v| arrow((self.show)(v))));
    }

    /// `false`: it is closed already, which is for the caller to panic about, at a line of the program.
    #[must_use]
    fn close(&self, at: &'static Location<'static>) -> bool {
        seam::point_at(Op::Close, &self.tag, at);
        let mut state = self.state.lock();
        if state.closed {
            return false;
        }
        seam::access_at(&self.life, true, at);
        seam::release(&self.tag, 0);
        state.closed = true;
        let mut woken = GList::new();
        state.recvq.dequeue_all(|g| woken.push_first(g));
        state.sendq.dequeue_all(|g| woken.push_first(g));
        self.unlock::<true>(state);
        for g in woken {
            seam::give(g);
            wait::ready(g);
        }
        true
    }

    #[track_caller]
    fn len(&self) -> usize {
        seam::point(Op::Len, &self.tag);
        // A tick that waits in the channel of a timer is not to be seen.
        let n = self.state.lock().buf.len().min(self.cap);
        seam::outcome(|| format!("→ {n}"));
        n
    }
}

/// The panic of a send on a closed channel; the value that could not be sent is dropped on the way out.
#[cold]
#[inline(never)]
#[track_caller]
fn send_on_closed<T>(_v: T) -> ! {
    panic!("send on closed channel")
}
