//! Where the scheduler polls the network: in the search for work, asleep, and from the monitor.
//!
//! In three places, as Go's `findRunnable` and `sysmon`, and only while a goroutine waits for a descriptor:
//!
//! - an M that has found nothing near polls without blocking, before it steals;
//! - one of the Ms that go to sleep blocks in the poller instead of on its condition variable; it is still an idle M and
//!   can be called, which costs a write to the poller's descriptor. So it is called last of all;
//! - the monitor polls when nobody has for 10 ms, because everybody has better things to do.
//!
//! **Nothing is missed.** Descriptors keep what happened until somebody polls. While anybody waits for one, either an M
//! runs, and then it polls when it runs dry or the monitor does after 10 ms; or every M sleeps, and then one of them
//! blocks in the poller: whoever goes to sleep looks, under the state's lock, whether goroutines wait and nobody polls,
//! and the last one to do so sees everybody who waits (a goroutine is counted before its M looks for other work).
//! An M that is called away from the poller leaves its place under the same lock.
//!
//! Whoever was polled is taken off *Waiting* at once, even if the runtime ends at that moment: whoever clears up waits
//! for goroutines that a waker holds.

use std::io;
use std::os::fd::BorrowedFd;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::{M, P, Sched};
use crate::goroutine::G;
use crate::poller::{Mode, PollDesc};
use crate::queue::{Place, Put};

/// After so long without a poll the monitor polls, in nanoseconds.
const LATE: u64 = 10_000_000;

impl M {
    /// Goroutines whose descriptors are ready or whose deadlines are due: one to run now, the others into the queue of
    /// `p`, which this M holds.
    pub(super) fn poll_near(&'static self, p: &'static P) -> Option<&'static G> {
        let sched = self.sched();
        if !sched.netpoll.has_waiters() {
            return None;
        }
        let mut ready = sched.poll_now(Some(self)).into_iter();
        let first = ready.next()?;
        if ready.len() > 0 {
            sched.queue_all(p, ready);
        }
        Some(first)
    }

    /// Blocks in the poller until something is ready, somebody calls, or `most` has passed. Whoever can go on because of
    /// it: runnable, and in no queue.
    pub(super) fn sleep_polling(&self, most: Option<Duration>) -> Vec<&'static G> {
        let sched = self.sched();
        let mut ready = Vec::new();
        if self.begin_polling() {
            let (mut polled, mut due) = (Vec::new(), Vec::new());
            sched
                .netpoll
                .poll_until(most, || self.is_called(), &mut polled);
            sched.netpoll.due(sched.nanos(), &mut due);
            ready = sched.in_turn(polled, due, Some(self));
        }
        self.end_polling();
        ready
    }
}

impl Sched {
    /// Whoever can go on because of a descriptor or a deadline, runnable and in no queue.
    fn poll_now(&self, m: Option<&M>) -> Vec<&'static G> {
        let now = self.nanos();
        let (mut polled, mut due) = (Vec::new(), Vec::new());
        self.netpoll.poll_now(now, &mut polled);
        self.netpoll.due(now, &mut due);
        self.in_turn(polled, due, m)
    }

    /// Runnable goroutines into the queue of `p`, which the caller's M holds.
    pub(super) fn queue_all(
        &'static self,
        p: &'static P,
        gs: impl IntoIterator<Item = &'static G>,
    ) {
        for g in gs {
            if let Put::Overflow(half) = p.queue.put(g, Place::Last) {
                self.global_put_all(half);
            }
        }
        self.wake_one();
    }

    /// The monitor's turn to poll, if nobody has for long. Says whether anybody can go on.
    pub(super) fn poll_if_late(&'static self, now: u64) -> bool {
        if !self.netpoll.has_waiters() || now.saturating_sub(self.netpoll.last_poll()) < LATE {
            return false;
        }
        let ready = self.poll_now(None);
        if ready.is_empty() {
            return false;
        }
        self.global_put_all(ready);
        self.wake_one();
        true
    }

    /// When the first timer is due, or the first deadline that somebody waits for.
    pub(super) fn first_due(&'static self) -> Option<u64> {
        let deadline = self.netpoll.first_deadline();
        let deadline = (deadline != u64::MAX && self.netpoll.has_waiters()).then_some(deadline);
        self.first_timer().into_iter().chain(deadline).min()
    }

    pub(super) fn watch_fd(&'static self, fd: BorrowedFd<'_>) -> io::Result<&'static PollDesc> {
        self.netpoll.watch(self.home.load(Ordering::Relaxed), fd)
    }

    pub(super) fn wake_desc_by(&'static self, when: u64, desc: &'static PollDesc, mode: Mode) {
        if self.netpoll.wake_by(when, desc, mode) {
            self.timer_was_set(when);
        }
    }
}

impl Sched {
    /// Makes them runnable, and gives them back in the order in which they run.
    ///
    /// It is Go's. There a deadline is a timer: it fires before anybody polls, and who is woken by the last one runs first.
    /// Those whose descriptors are ready come out of a stack.
    fn in_turn(
        &self,
        mut polled: Vec<&'static G>,
        mut due: Vec<&'static G>,
        m: Option<&M>,
    ) -> Vec<&'static G> {
        polled.retain(|g| g.wake());
        due.retain(|g| g.wake());
        if !due.is_empty() {
            due.rotate_right(1);
        }
        due.extend(polled.into_iter().rev());
        self.tell_polled(&due, m);
        due
    }
}
