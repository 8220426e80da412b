//! What the scheduler tells the trace: which of its moments are events, and who notes them.
//!
//! An M that holds a P notes on that P's lane of the tape (`trace/tape.rs`); whoever holds none, the monitor among them,
//! notes on the lane that all share. While nobody traces, an M has no tape, and telling is a load and a branch.
//!
//! When something is told matters, because lanes are put in order by time: what makes a goroutine runnable is told before
//! the goroutine is in a queue, and that it runs after it was taken out; that it waits is told before its lock is
//! released. So no event stands before the one that caused it. What has an order of its own is told under the lock that
//! gives it that order: how a heap of timers stands under the heap's, who is idle under the state's.

use std::sync::atomic::{AtomicPtr, Ordering};
use std::time::Duration;

use super::{M, P, Sched};
use crate::coro::{Command, Resumed};
use crate::goroutine::{G, WaitReason};
use crate::primitives::HOOKS;
use crate::seam;
use crate::timers::{Change, LooksOn, NEVER, Turn};
use crate::trace::{NONE, Note, Sink, Tape, Timing, Waker, What};

/// A tape that may be there.
pub(super) struct Told(AtomicPtr<Tape>);

impl Told {
    pub(super) const fn new() -> Told {
        Told(AtomicPtr::new(std::ptr::null_mut()))
    }

    pub(super) fn set(&self, tape: Option<&'static Tape>) {
        let tape = tape.map_or(std::ptr::null_mut(), |t| std::ptr::from_ref(t).cast_mut());
        self.0.store(tape, Ordering::Release);
    }

    #[inline]
    #[allow(unsafe_code, reason = "see the comment")]
    pub(super) fn tape(&self) -> Option<&'static Tape> {
        // SAFETY: null, or stored from a `&'static Tape` in `set`. No tape is ever freed.
        unsafe { self.0.load(Ordering::Acquire).as_ref() }
    }
}

/// A number as the tape has it.
fn number(n: Option<usize>) -> u32 {
    n.and_then(|n| u32::try_from(n).ok()).unwrap_or(NONE)
}

impl M {
    /// Tells what the goroutine does that it runs, or what it does itself. On its own thread.
    #[inline]
    pub(super) fn tell(&self, what: impl FnOnce() -> What) {
        if let Some(tape) = self.told.tape() {
            self.note(tape, self.running(), what());
        }
    }

    /// Tells what happens to `g`, on its own thread.
    #[inline]
    pub(super) fn tell_of(&self, g: &G, what: impl FnOnce() -> What) {
        if let Some(tape) = self.told.tape() {
            self.note(tape, Some(g), what());
        }
    }

    /// Tells that `g` runs from here on, and counts it.
    #[cold]
    pub(super) fn tell_start(&self, g: &G) {
        if let Some(p) = self.p() {
            // Its M is the only one to count.
            let ran = p.ran.load(Ordering::Relaxed);
            p.ran.store(ran + 1, Ordering::Relaxed);
        }
        self.tell_of(g, || What::Start);
    }

    /// Tells how a goroutine came back from its coroutine.
    #[cold]
    pub(super) fn tell_how(&self, g: &G, resumed: &Resumed) {
        let what = match resumed {
            // Its end was told before `run` could return.
            Resumed::Done if g.id() == 1 && self.sched().has_main_returned() => return,
            Resumed::Done => What::End,
            Resumed::Suspended(Command::Park(_)) => blocked(g),
            Resumed::Suspended(Command::StandBack) => What::StandBack,
            Resumed::Suspended(_) if self.was_preempted() => What::Preempt,
            Resumed::Suspended(_) => What::Yield,
        };
        self.tell_of(g, || what);
    }

    #[cold]
    pub(super) fn note(&self, tape: &Tape, g: Option<&G>, what: What) {
        let p = self.p().map(|p| p.id);
        let note = Note {
            time: self.sched().nanos(),
            g: g.map_or(0, G::id),
            m: number(Some(self.id())),
            p: number(p),
            what,
        };
        tape.note(p, note);
    }
}

impl Sched {
    /// From here on, what this runtime does goes there.
    pub(super) fn trace_into(&'static self, sink: Option<&Sink>) {
        let tape = sink.map(Sink::tape);
        match (self.told.tape(), tape) {
            (None, Some(_)) => _ = HOOKS.fetch_add(1, Ordering::Relaxed),
            (Some(_), None) => _ = HOOKS.fetch_sub(1, Ordering::Relaxed),
            _ => {}
        }
        if let Some(tape) = tape {
            tape.begin(self.nanos());
        }
        self.told.set(tape);
        for p in self.ps_ever() {
            self.look_on_at(p);
        }
        *self.sink.lock() = sink.cloned();
    }

    /// Has the trace told of each change of this P's timers, if there is one.
    pub(super) fn look_on_at(&'static self, p: &P) {
        let by: &'static dyn LooksOn = self;
        p.timers.tell_to(self.is_traced().then_some((by, p.id)));
    }

    pub(super) fn is_traced(&self) -> bool {
        self.told.tape().is_some()
    }

    /// Tells what happens to `g`, on `m`, which holds `p`, on whatever thread.
    pub(super) fn tell(&self, g: Option<&G>, m: Option<&M>, p: Option<&P>, what: What) {
        if let Some(tape) = self.told.tape() {
            let note = Note {
                time: self.nanos(),
                g: g.map_or(0, G::id),
                m: number(m.map(M::id)),
                p: number(p.map(|p| p.id)),
                what,
            };
            tape.note(None, note);
        }
    }

    /// Tells that `m` sleeps from here on, in the netpoller or not, and `until` when, if it wakes by itself. Under the
    /// state's lock.
    pub(super) fn tell_asleep(&self, m: &M, polls: bool, until: Option<u64>) {
        if self.is_traced() {
            let until = until.map(Duration::from_nanos);
            self.tell(None, Some(m), None, What::ThreadSleep { polls, until });
        }
    }

    /// Tells that `m` is awake, though nobody has given it a P; not of those who are called because all is over. Under the
    /// state's lock.
    pub(super) fn tell_awake(&self, m: &M) {
        if self.is_traced() && m.p().is_none() && !self.is_stopping() {
            self.tell(None, Some(m), None, What::ThreadWake);
        }
    }

    /// Tells what the netpoller had.
    pub(super) fn tell_polled(&self, gs: &[&'static G], m: Option<&M>) {
        if !gs.is_empty() {
            let p = m.and_then(M::p);
            self.tell(None, m, p, What::Poll { ready: gs.len() });
            self.tell_unblocked(gs, m, Waker::Netpoller);
        }
    }

    /// Tells that goroutines that can run have changed their queue. Before anybody can take them out of the new one, or by
    /// whoever has taken them out of the old one and still holds them.
    pub(super) fn tell_moved<'a>(
        &self,
        gs: impl IntoIterator<Item = &'a &'static G>,
        m: Option<&M>,
        to: Option<&P>,
    ) {
        if self.told.tape().is_some() {
            for g in gs {
                let to = to.map(|p| p.id);
                self.tell(None, m, m.and_then(M::p), What::Move { g: g.id(), to });
            }
        }
    }

    /// Tells that `g` is runnable, and that it goes to the global queue.
    pub(super) fn tell_delivered(&self, g: &G) {
        if self.is_traced() {
            // A goroutine whose thread may not use its P at this moment: it is in a blocking call, say.
            let waker = seam::current().map(|(_, waker)| waker);
            let waker = waker.filter(|waker| waker.home() == g.home());
            let by = match (waker, g.wait_reason()) {
                (Some(_), _) => Waker::Goroutine,
                // A descriptor may be ready before who waits for it is quite asleep.
                (None, WaitReason::IoWait) => Waker::Netpoller,
                (None, _) => Waker::Outside,
            };
            self.tell(waker, None, None, What::Unblock { g: g.id(), by });
        }
    }

    /// Tells that `gs` are runnable, without the doing of a goroutine.
    pub(super) fn tell_unblocked(&self, gs: &[&'static G], m: Option<&M>, by: Waker) {
        if self.told.tape().is_some() {
            let p = m.and_then(M::p);
            for g in gs {
                self.tell(None, m, p, What::Unblock { g: g.id(), by });
            }
        }
    }
}

impl Sched {
    /// main has ended; its M tells it, but later than `run` returns.
    pub(super) fn tell_main_ended(&self) {
        if self.told.tape().is_some() {
            let state = self.state.lock();
            let m = state
                .ms
                .iter()
                .find(|m| m.running().is_some_and(|g| g.id() == 1));
            let m = m.copied();
            self.tell(m.and_then(M::running), m, m.and_then(M::p), What::End);
        }
    }
}

impl LooksOn for Sched {
    /// Also told by threads that are none of this runtime's: whoever has a timer may stop it.
    #[cold]
    fn changed(&self, heap: usize, change: Change) {
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let what = What::Timer {
            how: match change.how {
                Turn::Set => Timing::Set,
                Turn::SetAnew => Timing::SetAnew,
                Turn::Stopped => Timing::Stopped,
                Turn::Fires => Timing::Fires,
            },
            g: change.sleeper.map_or(0, G::id),
            when: Duration::from_nanos(change.when),
            of: number(heap),
            len: number(change.len),
            first: (change.first != NEVER).then(|| Duration::from_nanos(change.first)),
        };
        let home = self.home.load(Ordering::Relaxed);
        match seam::current_scheduler() {
            Some(s) if s.home() == home => s.tell(&|| what),
            _ => self.tell(None, None, None, what),
        }
    }
}

/// That `g` was made.
pub(super) fn created(g: &G) -> What {
    let origin = g.origin();
    What::Create {
        g: g.id(),
        name: (origin.name)(),
        at: origin.at.map(Into::into),
    }
}

/// That `g` is runnable: the doing of the goroutine that runs, or of a timer where none does.
pub(super) fn readied(g: &G, runs: Option<&G>) -> What {
    let by = runs.map_or(Waker::Timer, |_| Waker::Goroutine);
    What::Unblock { g: g.id(), by }
}

/// That `g` waits.
pub(super) fn blocked(g: &G) -> What {
    What::Block {
        reason: g.wait_reason().as_str(),
        at: g.place().map(Into::into),
    }
}
