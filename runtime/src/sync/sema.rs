//! A counting semaphore that goroutines wait in: what the locks sleep on.
//!
//! A unit that is released while somebody waits wakes that one, and is there for whoever comes first: the woken one, or a
//! goroutine that runs already. Who is woken and finds none waits again, where it joined the queue before. So it is in
//! Go, and with one P the order in which a lock changes hands depends on it. Only a lock that starves hands its unit
//! over.
//!
//! `units` and `waiting` can be looked at without the queue's lock, so a release that nobody waits for takes none. Who is
//! about to wait counts itself and *then* looks at the units; who releases adds its unit and *then* looks who waits: of
//! the two one sees the other. `waiting` may be too high (of goroutines that are gone), never too low.

use std::panic::Location;

use crate::goroutine::WaitReason;
use crate::primitives::atomic::{AtomicU32, Ordering};
use crate::primitives::{Lock, const_fn};
use crate::seam;
use crate::wait::{Turn, WaitQueue, wait_in_turn};

pub(super) struct Sema {
    units: AtomicU32,
    waiting: AtomicU32,
    /// What is left for the woken: whether it has its unit already.
    queue: Lock<WaitQueue<bool>>,
}

impl Sema {
    const_fn! {
        pub(super) fn new() -> Self {
            Sema {
                units: AtomicU32::new(0),
                waiting: AtomicU32::new(0),
                queue: Lock::new(WaitQueue::new()),
            }
        }
    }

    /// Takes a unit, and waits until there is one.
    pub(super) fn acquire(&self, turn: Turn, reason: WaitReason, at: &'static Location<'static>) {
        loop {
            if self.take() {
                return;
            }
            let queue = self.queue.lock();
            self.waiting.fetch_add(1, Ordering::SeqCst);
            if self.take() {
                self.waiting.fetch_sub(1, Ordering::SeqCst);
                return;
            }
            if wait_in_turn(queue, |q| q, false, turn, reason, at) {
                return;
            }
        }
    }

    /// Gives a unit, and wakes who has waited longest.
    ///
    /// Under exploration it is handed over: there every order in which the two of them come is tried anyway.
    pub(super) fn release(&self) {
        self.give(seam::observed());
    }

    /// Gives a unit to who has waited longest, and to nobody else if somebody waits.
    pub(super) fn hand_over(&self) {
        self.give(true);
    }

    fn give(&self, hand_over: bool) {
        self.units.fetch_add(1, Ordering::SeqCst);
        if self.waiting.load(Ordering::SeqCst) == 0 {
            return;
        }
        let mut queue = self.queue.lock();
        let Some(mut woken) = queue.dequeue() else {
            return;
        };
        self.waiting.fetch_sub(1, Ordering::SeqCst);
        drop(queue);
        *woken.elem() = hand_over && self.take();
        woken.ready();
    }

    /// Takes a unit if there is one.
    pub(super) fn take(&self) -> bool {
        let mut units = self.units.load(Ordering::SeqCst);
        while units > 0 {
            match self.units.compare_exchange_weak(
                units,
                units - 1,
                Ordering::SeqCst,
                Ordering::SeqCst,
            ) {
                Ok(_) => return true,
                Err(now) => units = now,
            }
        }
        false
    }

    /// Forgets the units of goroutines that are gone.
    pub(super) fn clear(&self) {
        self.units.store(0, Ordering::SeqCst);
    }
}
