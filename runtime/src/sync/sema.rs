//! A counting semaphore that goroutines wait in: what the locks sleep on.
//!
//! A unit that is released while somebody waits belongs to that one at once, so nobody can overtake it, and a goroutine
//! that is woken has its unit. (Go lets a woken goroutine compete for the unit with latecomers; its locks keep their
//! competition in their own state word, and so do ours.)

use std::panic::Location;

use crate::goroutine::WaitReason;
use crate::primitives::Lock;
use crate::wait::{Turn, WaitQueue, wait_in_turn};

pub(super) struct Sema(Lock<State>);

struct State {
    units: u32,
    queue: WaitQueue<()>,
}

impl Sema {
    pub(super) const fn new() -> Self {
        Sema(Lock::new(State {
            units: 0,
            queue: WaitQueue::new(),
        }))
    }

    /// Takes a unit, and waits until there is one.
    pub(super) fn acquire(&self, turn: Turn, reason: WaitReason, at: &'static Location<'static>) {
        let mut state = self.0.lock();
        if state.units > 0 {
            state.units -= 1;
            return;
        }
        wait_in_turn(state, |s| &mut s.queue, (), turn, reason, at);
    }

    /// Gives a unit to who has waited longest, or keeps it for who comes next.
    pub(super) fn release(&self) {
        let mut state = self.0.lock();
        match state.queue.dequeue() {
            Some(woken) => {
                drop(state);
                woken.ready();
            }
            None => state.units += 1,
        }
    }

    /// Forgets the units of goroutines that are gone.
    pub(super) fn clear(&self) {
        self.0.lock().units = 0;
    }
}
