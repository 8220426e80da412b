//! A semaphore whose callers take as much as they need: Go's `golang.org/x/sync/semaphore`.
//!
//! ```
//! use goroutines::prelude::*;
//! use goroutines::semaphore::Weighted;
//!
//! run(|| {
//!     let (room, nobody) = (Weighted::new(10), context::background());
//!     room.acquire(&nobody, 7).unwrap();
//!     assert!(!room.try_acquire(4)); // three are left
//!     room.release(7);
//!     assert!(room.try_acquire(4));
//! });
//! ```
//!
//! # The protocol
//!
//! What is taken, and the queue of those who wait, are under one lock. Who comes takes what it wants if it is there *and*
//! nobody waits; else it waits behind all others. A release serves from the front as long as the first one's wish is
//! there, and stops at the first whose is not: so one who wants much is not starved by many who want little.
//!
//! A goroutine that waits is also in the list of its context (`Told`). A release that serves it and a cancellation
//! compete for it under the lock: whoever takes it out of the queue wakes it, and says so in its frame. A cancellation
//! that comes before it stands in the queue leaves a mark. When one leaves the front, those behind it may have enough.
//!
//! # Invariants
//!
//! - Whoever is first in the queue wants more than is there, whenever the lock is free.
//! - Who was served although its context is done, gives back what it got, and fails, as in Go.

use std::fmt;
use std::panic::Location;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::context::{Context, Error, Told};
use crate::goroutine::WaitReason;
use crate::primitives::{Lock, Tag};
use crate::seam::{self, Op};
use crate::wait::{Batch, WaitQueue, Woken, wait_on};

/// A semaphore with so many units, of which each caller takes as many as it needs. Go's `semaphore.Weighted`.
///
/// First come, first served. Memory order: a release comes before an acquire that it lets go on, as with a mutex.
///
/// ```
/// use goroutines::prelude::*;
/// use goroutines::semaphore::Weighted;
///
/// run(|| {
///     let ctx = context::background();
///     let memory = Weighted::new(10);
///     memory.acquire(&ctx, 7).unwrap();
///     assert!(!memory.try_acquire(4));
///     memory.release(7);
///     assert!(memory.try_acquire(10));
/// });
/// ```
pub struct Weighted(Arc<Inner>);

struct Inner {
    size: i64,
    tag: Tag,
    state: Lock<State>,
}

struct State {
    taken: i64,
    queue: WaitQueue<Wish>,
}

/// In the frame of who waits.
struct Wish {
    n: i64,
    /// Which one it is, for a cancellation.
    ticket: Arc<Ticket>,
    served: bool,
}

/// What a context knows of one who waits.
struct Ticket {
    of: Arc<Inner>,
    /// Its context is done. Written under the semaphore's lock.
    cancelled: AtomicBool,
}

impl Weighted {
    /// A semaphore with `n` units, none of them taken.
    ///
    /// ```
    /// assert!(goroutines::semaphore::Weighted::new(1).try_acquire(1));
    /// ```
    #[track_caller]
    pub fn new(n: i64) -> Self {
        let inner = Arc::new(Inner {
            size: n,
            tag: Tag::new(),
            state: Lock::new(State {
                taken: 0,
                queue: WaitQueue::new(),
            }),
        });
        seam::made(&inner.tag, "semaphore", usize::try_from(n).unwrap_or(0));
        Weighted(inner)
    }

    /// Takes `n` units; waits until they are there, or `ctx` is done.
    ///
    /// A wish for more than the semaphore has waits for the context, and nobody waits behind it.
    ///
    /// # Errors
    ///
    /// What [`Context::err`] says, and nothing is taken: also if the context is done already, even if the units are there.
    ///
    /// # Panics
    ///
    /// Outside of a goroutine, if it must wait.
    ///
    /// ```
    /// use goroutines::prelude::*;
    /// use goroutines::semaphore::Weighted;
    /// use time::Duration;
    ///
    /// run(|| {
    ///     let sem = Weighted::new(1);
    ///     sem.acquire(&context::background(), 1).unwrap();
    ///     let (ctx, _cancel) = context::with_timeout(&context::background(), Duration::from_millis(1));
    ///     assert_eq!(sem.acquire(&ctx, 1), Err(context::Error::DeadlineExceeded));
    /// });
    /// ```
    #[track_caller]
    pub fn acquire(&self, ctx: &Context, n: i64) -> Result<(), Error> {
        let at = Location::caller();
        if let Some(e) = ctx.err() {
            return Err(e);
        }
        let inner = &*self.0;
        seam::point(Op::Acquire, &inner.tag);
        seam::outcome(|| n.to_string());
        if inner.take(n) {
            return Ok(());
        }
        if n > inner.size {
            ctx.done().recv();
            return Err(ctx
                .err()
                .expect("a context is done once its channel is closed"));
        }
        let ticket = Arc::new(Ticket {
            of: self.0.clone(),
            cancelled: AtomicBool::new(false),
        });
        let place = ctx.tell(ticket.clone());
        let mut state = inner.state.lock();
        if ticket.cancelled.load(Ordering::Relaxed) {
            drop(state);
            return Err(ctx.err().expect("it was told that the context is done"));
        }
        let served = if inner.take_locked(&mut state, n) {
            drop(state);
            true
        } else {
            let wish = Wish {
                n,
                ticket,
                served: false,
            };
            wait_on(state, |s| &mut s.queue, wish, WaitReason::Select, at).served
        };
        drop(place);
        if served {
            inner.ordered();
        }
        match ctx.err() {
            None => Ok(()),
            Some(e) => {
                if served {
                    self.release(n);
                }
                Err(e)
            }
        }
    }

    /// Takes `n` units if they are there and nobody waits. Whether it did.
    ///
    /// ```
    /// let sem = goroutines::semaphore::Weighted::new(2);
    /// assert!(sem.try_acquire(2));
    /// assert!(!sem.try_acquire(1));
    /// ```
    #[track_caller]
    pub fn try_acquire(&self, n: i64) -> bool {
        seam::point(Op::Acquire, &self.0.tag);
        let taken = self.0.take(n);
        seam::outcome(|| format!("{n} → {taken}"));
        taken
    }

    /// Gives `n` units back, and serves those who wait.
    ///
    /// # Panics
    ///
    /// `semaphore: released more than held`.
    ///
    /// ```
    /// let sem = goroutines::semaphore::Weighted::new(1);
    /// assert!(sem.try_acquire(1));
    /// sem.release(1);
    /// assert!(sem.try_acquire(1));
    /// ```
    #[track_caller]
    pub fn release(&self, n: i64) {
        let inner = &*self.0;
        seam::point(Op::Release, &inner.tag);
        seam::outcome(|| n.to_string());
        inner.ordered();
        let mut state = inner.state.lock();
        state.taken = state.taken.wrapping_sub(n);
        if state.taken < 0 {
            drop(state);
            panic!("semaphore: released more than held");
        }
        let served = inner.serve(&mut state);
        drop(state);
        served.for_each(Woken::ready);
    }
}

impl Inner {
    /// What nobody has taken. Sums wrap, as Go's.
    fn left(&self, state: &State) -> i64 {
        self.size.wrapping_sub(state.taken)
    }

    /// Everything that succeeds is ordered with everything else, as under Go's mutex.
    fn ordered(&self) {
        seam::acquire(&self.tag, 0);
        seam::release(&self.tag, 0);
    }

    fn take(&self, n: i64) -> bool {
        let taken = self.take_locked(&mut self.state.lock(), n);
        if taken {
            self.ordered();
        }
        taken
    }

    fn take_locked(&self, state: &mut State, n: i64) -> bool {
        let there = self.left(state) >= n && state.queue.is_empty();
        if there {
            state.taken = state.taken.wrapping_add(n);
        }
        there
    }

    /// Takes those out of the queue whose wish is there. They are to be woken without the lock.
    fn serve(&self, state: &mut State) -> Batch<Wish> {
        let mut served = Batch::new();
        loop {
            let there = self.left(state);
            // Looks at the first only.
            let mut first = true;
            let Some(mut woken) = state
                .queue
                .dequeue_where(|w| std::mem::take(&mut first) && w.n <= there)
            else {
                return served;
            };
            woken.elem().served = true;
            state.taken = state.taken.wrapping_add(woken.elem().n);
            served.push(woken);
        }
    }
}

impl Told for Ticket {
    fn told(&self) {
        let inner = &*self.of;
        let mut state = inner.state.lock();
        self.cancelled.store(true, Ordering::Relaxed);
        let mine = |w: &Wish| std::ptr::eq(&*w.ticket, self);
        let gone = state.queue.dequeue_where(mine);
        // Who stood behind it may have enough now.
        let served = inner.serve(&mut state);
        drop(state);
        if let Some(gone) = gone {
            seam::give(gone.g());
            gone.ready();
        }
        served.for_each(Woken::ready);
    }
}

impl fmt::Debug for Weighted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.0.state.lock();
        let (taken, waiting) = (state.taken, state.queue.len());
        drop(state);
        f.debug_struct("Weighted")
            .field("size", &self.0.size)
            .field("taken", &taken)
            .field("waiting", &waiting)
            .finish()
    }
}
