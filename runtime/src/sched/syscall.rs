//! Blocking calls that a goroutine announces (`runtime::syscall`): how its M loses its P meanwhile, and finds one again.
//!
//! ```text
//!              begin_call                      by anybody who needs a P, under the state's lock
//!   NONE ───────────────────────→ ON ──────────────────────────────────→ LOST
//!     ↑     end_call: still there │                                      │
//!     └───────────────────────────┴──────────────────────────────────────┘ end_call, or the call enters the library:
//!                                                                          retake_p, else the goroutine is queued
//! ```
//!
//! While a call is ON, its P is not used by its thread: whatever enters the library in the middle of it goes through
//! `begin_critical`, which sees that a call is on, and ends it first. So who wants the P needs one compare-and-swap, and
//! no barrier as for threads that block unannounced (`preempt.rs`). There are three who want it:
//!
//! 1. the monitor, if others wait for a P and it has seen the call at two looks (some 25 µs each);
//! 2. a goroutine that comes back from a call of its own and had this P before: with more goroutines in calls than Ps,
//!    each passes the P on to the next, and no thread is woken for it;
//! 3. `gomaxprocs`, to have fewer Ps.
//!
//! A goroutine that comes back and finds no P is queued like one that has called `gosched`, and whoever comes to it runs
//! it. After `entersyscall` and `exitsyscall` in Go's `runtime/proc.go`.
//!
//! **Rejected**: letting the thread wait for a P with its goroutine: it would have to be woken each time, which costs as
//! much as a hundred switches.

use std::sync::atomic::{AtomicU8, Ordering};

use super::{M, State};
use crate::goroutine::{G, Status};
use crate::lock::{self, LockGuard};
use crate::seam::Inbox as _;
use crate::trace::What;

/// The announced call of an M.
pub(super) struct Call(AtomicU8);

const NONE: u8 = 0;
/// Its P is to be had.
const ON: u8 = 1;
/// Somebody took it.
const LOST: u8 = 2;

impl Call {
    pub(super) const fn new() -> Call {
        Call(AtomicU8::new(NONE))
    }

    /// No call: by the M's own thread or while that stands still.
    pub(super) fn reset(&self) {
        self.0.store(NONE, Ordering::Relaxed);
    }

    /// Whether a call is under way, with its P or without.
    #[inline]
    pub(super) fn is_on(&self) -> bool {
        self.0.load(Ordering::Relaxed) != NONE
    }

    fn begin(&self) {
        // What was done with the P is done for whoever takes it.
        self.0.store(ON, Ordering::Release);
    }

    /// Its own thread; `false`: the call is not ON.
    #[must_use]
    fn end(&self) -> bool {
        self.0
            .compare_exchange(ON, NONE, Ordering::Acquire, Ordering::Relaxed)
            .is_ok()
    }

    /// Another thread, under the state's lock: `true` says that the P of this M is the caller's now.
    #[must_use]
    pub(super) fn take(&self) -> bool {
        self.0
            .compare_exchange(ON, LOST, Ordering::Acquire, Ordering::Relaxed)
            .is_ok()
    }
}

impl M {
    /// A blocking call begins. For the goroutine that runs.
    pub(super) fn begin_call(&'static self) {
        // In between its P can be taken neither way.
        let critical = self.enter();
        self.tell(|| What::SyscallEnter {
            at: self.running().and_then(G::place).map(Into::into),
        });
        self.call.begin();
        drop(critical);
    }

    /// It is over.
    pub(super) fn end_call(&'static self, g: &'static G) {
        lock::count_in();
        let in_time = self.call.end();
        if in_time {
            self.tell_of(g, || What::SyscallExit);
        }
        let lost = !in_time && (self.is_taken() || self.in_syscall()) && self.comes_late(g);
        lock::count_out();
        if lost {
            // Nothing of this M is used afterwards: another may run it on.
            self.suspend();
        }
    }

    /// Its P was taken away: takes it from a thread that is in a blocking call with it now, or takes an idle one. `Some`,
    /// with the state's lock, if there is none.
    ///
    /// With more goroutines in blocking calls than there are Ps, each that returns finds its P so, and nobody is woken.
    /// After Go's `exitsyscallTryGetP`.
    fn retake_p(&'static self) -> Option<LockGuard<'static, State>> {
        let sched = self.sched();
        let mut state = sched.state.lock();
        // Under the lock the decision to take it has been made, one way or the other.
        let taken = self.is_taken();
        self.settle();
        if !taken {
            return None;
        }
        if sched.is_stopping() {
            return Some(state);
        }
        let former = self.former();
        let from_another = || {
            let p = sched.p(former.checked_sub(1)?);
            let m = p.holder().filter(|m| m.in_syscall())?;
            sched.drop_p_of_blocked(m, p)
        };
        let found = from_another().or_else(|| sched.take_own_p(&mut state, former));
        let Some(p) = found else {
            return Some(state);
        };
        self.assign(p, false);
        None
    }

    /// Its P was taken meanwhile. `true`: there is none for it, and its goroutine shall go where others can run it.
    #[cold]
    fn comes_late(&'static self, g: &'static G) -> bool {
        if g.is_wired() || std::thread::panicking() {
            self.regain();
            return false;
        }
        let lost = self.retake_p().is_some();
        self.tell_of(g, || What::SyscallExit);
        lost
    }

    /// Makes `g` runnable although the P is gone, or may go at any moment: it is queued as from outside. Waiting for a P comes
    /// later. Were the runtime to end meanwhile, this goroutine would never go on, and `g` would be in nobody's hands: out of
    /// the queue that it waited in, and not woken.
    #[cold]
    pub(super) fn ready_without_p(&'static self, g: &'static G) {
        self.sched().deliver(g.home(), g);
        lock::count_out();
    }

    /// Its P was taken away while its goroutine computed or blocked: takes an idle one, or waits for its turn as all who
    /// are runnable do.
    #[cold]
    pub(super) fn regain(&'static self) {
        let sched = self.sched();
        let Some(mut state) = self.retake_p() else {
            self.tell(|| What::SyscallExit);
            return;
        };
        let g = self.running().expect("only a goroutine regains a P");
        self.tell_of(g, || What::SyscallExit);
        if !sched.is_stopping() {
            g.lock_to(Some(self.id()));
            self.tell_of(g, || What::Stay);
            g.set_status(Status::Runnable);
            sched.global_put_locked(&mut state, g);
            state.locked_ms.push(self);
            drop(state);
            while !sched.is_stopping() {
                self.sleep(None);
                let _state = sched.state.lock();
                if self.p().is_some() {
                    return;
                }
            }
        } else {
            drop(state);
        }
        // The runtime ends: its M leaves, and this goroutine never goes on.
        self.suspend();
    }
}
