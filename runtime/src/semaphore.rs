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
//! Who waits selects among two channels: the one of its context, and one of its own that is closed by whoever serves it.
//! When the context is done it takes its wish out of the queue itself, as soon as it runs: until then nobody overtakes it.
//! If it was the first, those behind it may have enough now. So it is in Go, and with one P the order in which those who
//! wait go on depends on it.
//!
//! # Invariants
//!
//! - Whoever is first in the queue wants more than is there, whenever the lock is free.
//! - Who was served although its context is done, gives back what it got, and fails, as in Go.

use std::collections::BTreeMap;
use std::fmt;

use crate::chan::{Chan, chan_of};
use crate::context::{Context, Error};
use crate::primitives::{Lock, Tag};
use crate::seam::{self, Op};

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
pub struct Weighted {
    size: i64,
    tag: Tag,
    state: Lock<State>,
}

struct State {
    taken: i64,
    /// Those who wait, by the numbers in which they came: who came first is served first, and any can leave.
    queue: BTreeMap<u64, Wish>,
    came: u64,
}

struct Wish {
    n: i64,
    /// Closed once it is served.
    ready: Chan<()>,
}

impl Weighted {
    /// A semaphore with `n` units, none of them taken.
    ///
    /// ```
    /// assert!(goroutines::semaphore::Weighted::new(1).try_acquire(1));
    /// ```
    #[track_caller]
    pub fn new(n: i64) -> Self {
        let new = Weighted {
            size: n,
            tag: Tag::new(),
            state: Lock::new(State {
                taken: 0,
                queue: BTreeMap::new(),
                came: 0,
            }),
        };
        seam::made(&new.tag, "semaphore", usize::try_from(n).unwrap_or(0));
        new
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
        if let Some(e) = ctx.err() {
            return Err(e);
        }
        seam::point(Op::Acquire, &self.tag);
        seam::outcome(|| n.to_string());
        if self.take(n) {
            return Ok(());
        }
        let done = ctx.done();
        if n > self.size {
            done.recv();
            return Err(reason(ctx));
        }
        let ready = chan_of("semaphore");
        let Some(place) = self.join(n, &ready) else {
            return Ok(());
        };
        crate::select! {
            recv(done) => {
                self.leave(place, n);
                Err(reason(ctx))
            }
            recv(ready) => {
                self.ordered();
                match ctx.err() {
                    None => Ok(()),
                    Some(e) => {
                        self.release(n);
                        Err(e)
                    }
                }
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
        seam::point(Op::TryAcquire, &self.tag);
        let taken = self.take(n);
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
        seam::point(Op::Release, &self.tag);
        seam::outcome(|| n.to_string());
        self.ordered();
        let mut state = self.state.lock();
        state.taken = state.taken.wrapping_sub(n);
        if state.taken < 0 {
            drop(state);
            panic!("semaphore: released more than held");
        }
        let served = self.serve(&mut state);
        drop(state);
        served.iter().for_each(Chan::close);
    }

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

    /// Its place behind all who wait; or nothing, if what it wants is there by now, and taken.
    fn join(&self, n: i64, ready: &Chan<()>) -> Option<u64> {
        let mut state = self.state.lock();
        if self.take_locked(&mut state, n) {
            drop(state);
            self.ordered();
            return None;
        }
        state.came += 1;
        let place = state.came;
        let ready = ready.clone();
        state.queue.insert(place, Wish { n, ready });
        Some(place)
    }

    /// Waits no longer: takes nothing, also if it was served meanwhile.
    #[track_caller]
    fn leave(&self, place: u64, n: i64) {
        let mut state = self.state.lock();
        let was_first = state.queue.first_key_value().is_some_and(|w| *w.0 == place);
        let wish = state.queue.remove(&place);
        if wish.is_none() {
            state.taken = state.taken.wrapping_sub(n);
        }
        let served = if wish.is_none() || was_first {
            self.serve(&mut state)
        } else {
            Vec::new()
        };
        drop(state);
        drop(wish);
        self.ordered();
        served.iter().for_each(Chan::close);
    }

    /// Takes those out of the queue whose wish is there. Their channels are to be closed without the lock.
    fn serve(&self, state: &mut State) -> Vec<Chan<()>> {
        let mut served = Vec::new();
        while let Some(first) = state.queue.first_entry()
            && first.get().n <= self.size.wrapping_sub(state.taken)
        {
            let Wish { n, ready } = first.remove();
            state.taken = state.taken.wrapping_add(n);
            served.push(ready);
        }
        served
    }
}

/// Why a context is done, once its channel is closed.
#[track_caller]
fn reason(ctx: &Context) -> Error {
    ctx.err()
        .expect("a context is done once its channel is closed")
}

impl fmt::Debug for Weighted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        seam::shown(Some(&self.tag));
        let state = self.state.lock();
        let (taken, waiting) = (state.taken, state.queue.len());
        drop(state);
        f.debug_struct("Weighted")
            .field("size", &self.size)
            .field("taken", &taken)
            .field("waiting", &waiting)
            .finish()
    }
}
