//! Waiting until something may have changed: Go's `sync.Cond`.
//!
//! A goroutine draws a ticket before it gives up the mutex, and waits with it after: a `signal` in between serves the
//! ticket although nobody is in the queue yet, and its holder finds that it need not wait. So no signal is lost, and the
//! order of service is that of the tickets. (After Go's `notifyList`.)

use std::fmt;
use std::panic::{Location, RefUnwindSafe, UnwindSafe};

use super::MutexGuard;
use crate::goroutine::{GList, WaitReason};
use crate::primitives::{Lock, Tag, hooked};
use crate::seam::{self, Op};
use crate::wait::{self, Turn, WaitQueue, Who, wait_as};

/// A place to wait until what a mutex protects has changed: Go's `sync.Cond`.
///
/// Wait in a loop that looks at the state: between being woken and getting the mutex again, others may have changed it.
///
/// Memory order: a `signal` or `broadcast` comes before the return of a `wait` that it wakes.
///
/// ```
/// use goroutines::prelude::*;
/// use std::sync::Arc;
///
/// run(|| {
///     let door = Arc::new((Mutex::new(false), Cond::new()));
///     let other = door.clone();
///     go!({
///         *other.0.lock() = true;
///         other.1.signal();
///     });
///     let mut open = door.0.lock();
///     while !*open {
///         open = door.1.wait(open);
///     }
/// });
/// ```
pub struct Cond {
    tag: Tag,
    state: Lock<State>,
}

struct State {
    /// The next ticket to be drawn.
    drawn: u64,
    /// The next ticket to be served.
    served: u64,
    queue: WaitQueue<u64>,
}

impl Cond {
    /// A condition nobody waits for.
    ///
    /// ```
    /// static CHANGED: goroutines::sync::Cond = goroutines::sync::Cond::new();
    /// CHANGED.signal();
    /// ```
    pub const fn new() -> Self {
        Cond {
            tag: Tag::new(),
            state: Lock::new(State {
                drawn: 0,
                served: 0,
                queue: WaitQueue::new(),
            }),
        }
    }

    /// Unlocks the guard's mutex, waits until it is woken, and locks the mutex again. Go's `Wait`.
    ///
    /// It is not woken without a reason, but what it waits for need not be true when it returns.
    ///
    /// ```
    /// use goroutines::prelude::*;
    ///
    /// static M: Mutex<u32> = Mutex::new(0);
    /// static MORE: Cond = Cond::new();
    ///
    /// run(|| {
    ///     go!({
    ///         *M.lock() = 3;
    ///         MORE.broadcast();
    ///     });
    ///     let mut n = M.lock();
    ///     while *n < 3 {
    ///         n = MORE.wait(n);
    ///     }
    /// });
    /// ```
    #[track_caller]
    pub fn wait<'a, T: ?Sized>(&self, guard: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
        let at = Location::caller();
        // Before a signal could be meant for it.
        let who = Who::expect("Cond::wait");
        self.approach(Op::CondWait, at);
        let ticket = {
            let mut state = self.state.lock();
            state.drawn += 1;
            state.drawn - 1
        };
        let mutex = guard.mutex();
        drop(guard);
        let state = self.state.lock();
        if ticket < state.served {
            drop(state);
            seam::acquire(&self.tag, 0);
        } else {
            let (turn, reason) = (Turn::Last, WaitReason::Cond);
            wait_as(&who, state, |s| &mut s.queue, ticket, turn, reason, at);
        }
        mutex.lock()
    }

    /// Wakes the goroutine that has waited longest, if any waits. Go's `Signal`. The mutex need not be held.
    ///
    /// ```
    /// goroutines::sync::Cond::new().signal();
    /// ```
    #[track_caller]
    pub fn signal(&self) {
        self.approach(Op::Signal, Location::caller());
        let mut state = self.state.lock();
        if state.served == state.drawn {
            return;
        }
        let ticket = state.served;
        state.served += 1;
        // Its holder waits, or is on its way to: then it will see that it was served.
        match state.queue.dequeue_where(|&t| t == ticket) {
            Some(woken) => {
                drop(state);
                seam::give(woken.g());
                woken.ready();
            }
            None => seam::release(&self.tag, 0),
        }
    }

    /// Wakes everyone who waits. Go's `Broadcast`. The mutex need not be held.
    ///
    /// ```
    /// goroutines::sync::Cond::new().broadcast();
    /// ```
    #[track_caller]
    pub fn broadcast(&self) {
        self.approach(Op::Broadcast, Location::caller());
        let mut state = self.state.lock();
        if state.served == state.drawn {
            return;
        }
        state.served = state.drawn;
        seam::release(&self.tag, 0);
        let mut all = GList::new();
        state.queue.dequeue_all(|g| all.push(g));
        drop(state);
        for g in all {
            seam::give(g);
            wait::ready(g);
        }
    }

    fn approach(&self, op: Op, at: &'static Location<'static>) {
        if hooked() {
            if seam::unmet(&self.tag) {
                let mut state = self.state.lock();
                state.served = state.drawn;
            }
            seam::point_at(op, &self.tag, at);
        }
    }
}

impl Default for Cond {
    fn default() -> Self {
        Cond::new()
    }
}

impl fmt::Debug for Cond {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        seam::shown(Some(&self.tag));
        let state = self.state.lock();
        f.debug_struct("Cond")
            .field("waiting", &(state.drawn - state.served))
            .finish()
    }
}

impl UnwindSafe for Cond {}
impl RefUnwindSafe for Cond {}
