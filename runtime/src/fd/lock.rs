//! Who uses a descriptor, in one word: a lock for each direction, references, and whether it is closed.
//!
//! A call takes the lock of its direction and a reference in one step, and gives both back in one. Nobody gets either once
//! it is closed, so the references only fall from then on, and whoever gives the last one back releases the descriptor:
//! its number cannot become another file's under a call. After Go's `fdMutex` (`internal/poll/fd_mutex.go`).
//!
//! A goroutine that finds the lock taken writes that it waits, under the lock of the queue, and looks again; whoever
//! releases reads that with the same operation that frees the lock. One of the two comes first in the word's order: either
//! the newcomer sees the lock free, or the releaser sees that somebody waits, and takes the queue's lock after it.

use std::io;
use std::panic::Location;
use std::sync::atomic::Ordering;

use super::{Fd, Mode};
use crate::goroutine::WaitReason;
use crate::seam;
use crate::wait::wait_on;

const CLOSED: u32 = 1;
/// One bit for each direction.
const LOCKED: [u32; 2] = [2, 4];
const WANTED: [u32; 2] = [8, 16];
const REF: u32 = 32;

/// A direction's lock and a reference.
#[must_use]
pub(super) struct Turn<'a>(&'a Fd, Mode);

/// A reference.
#[must_use]
pub(super) struct Held<'a>(&'a Fd);

impl Fd {
    pub(crate) fn is_closed(&self) -> bool {
        self.state.load(Ordering::Acquire) & CLOSED != 0
    }

    /// `false` if it was closed before.
    #[must_use]
    pub(super) fn set_closed(&self) -> bool {
        self.state.fetch_or(CLOSED, Ordering::AcqRel) & CLOSED == 0
    }

    /// The lock of one direction, for a goroutine that may wait for it.
    pub(super) fn lock(&self, mode: Mode, at: &'static Location<'static>) -> io::Result<Turn<'_>> {
        let bit = LOCKED[mode as usize];
        let mut s = self.state.load(Ordering::Relaxed);
        loop {
            if s & CLOSED != 0 {
                return Err(self.closed());
            }
            if s & bit != 0 {
                self.wait_for_turn(mode, at);
                s = self.state.load(Ordering::Relaxed);
                continue;
            }
            match self.state.compare_exchange_weak(
                s,
                (s | bit) + REF,
                Ordering::AcqRel,
                Ordering::Relaxed,
            ) {
                Ok(_) => return Ok(Turn(self, mode)),
                Err(now) => s = now,
            }
        }
    }

    /// Comes back when it is worth a look.
    #[cold]
    fn wait_for_turn(&self, mode: Mode, at: &'static Location<'static>) {
        // Who has it may be of another runtime, and wait in that one's poller: then nothing of ours waits for the
        // descriptor but this goroutine, and that is no deadlock.
        let Ok(held) = self.refer() else { return };
        let counted = matches!(self.watched(), Ok(Some(_)));
        drop(held);
        if counted {
            count_waiter(true);
        }
        self.queue_for_turn(mode, at);
        if counted {
            count_waiter(false);
        }
    }

    fn queue_for_turn(&self, mode: Mode, at: &'static Location<'static>) {
        let queue = self.sides[mode as usize].turn.lock();
        let s = self.state.fetch_or(WANTED[mode as usize], Ordering::AcqRel);
        if s & CLOSED != 0 || s & LOCKED[mode as usize] == 0 {
            return;
        }
        if seam::current().is_none() {
            drop(queue);
            std::thread::yield_now();
            return;
        }
        wait_on(queue, |q| q, (), WaitReason::Semacquire, at);
    }

    /// Gives a direction's lock and its reference back.
    pub(super) fn unlock(&self, mode: Mode) {
        let gone = LOCKED[mode as usize] + REF;
        let old = self.state.fetch_sub(gone, Ordering::AcqRel);
        if old & WANTED[mode as usize] != 0 {
            let mut queue = self.sides[mode as usize].turn.lock();
            let woken = queue.dequeue();
            if queue.is_empty() {
                self.state
                    .fetch_and(!WANTED[mode as usize], Ordering::AcqRel);
            }
            drop(queue);
            if let Some(w) = woken {
                w.ready();
            }
        }
        self.if_last(old - gone);
    }

    /// A reference: it is not closed before that is given back.
    pub(super) fn refer(&self) -> io::Result<Held<'_>> {
        let mut s = self.state.load(Ordering::Relaxed);
        loop {
            if s & CLOSED != 0 {
                return Err(self.closed());
            }
            match self
                .state
                .compare_exchange_weak(s, s + REF, Ordering::AcqRel, Ordering::Relaxed)
            {
                Ok(_) => return Ok(Held(self)),
                Err(now) => s = now,
            }
        }
    }

    fn if_last(&self, now: u32) {
        if now & CLOSED != 0 && now < REF {
            self.release();
        }
    }
}

/// A goroutine is about to wait for its turn, or goes on, perhaps on another thread.
fn count_waiter(waits: bool) {
    if let Some((s, _)) = seam::current() {
        s.count_waiter(waits);
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.unlock(self.1);
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        let old = self.0.state.fetch_sub(REF, Ordering::AcqRel);
        self.0.if_last(old - REF);
    }
}
