//! Whether anybody gets anywhere: time goes on also where all who can run only ask again and again.
//!
//! The clock moves when everyone waits. A goroutine that polls (`try_recv` on a timer's channel, `time::since` in a loop,
//! a flag and `gosched`) never waits, so for it the clock would stand still, while on a real machine its time comes. So a
//! *round* is counted: it begins anew with each step that gets somewhere, and is over when each one who can run has given
//! way [`ENOUGH`] times in it. Then the clock moves as if all of them waited.
//!
//! Others get somewhere all the time and wait for nothing but a moment: who works until a timer says that it is enough,
//! two who talk to each other until a deadline. A real machine's clock goes on meanwhile. So it also moves where it has
//! stood for [`LONG`] steps and a timer is set, or somebody reads it; and after that every [`OFTEN`].
//!
//! It depends on nothing but the steps made, so a plan that is followed again has the clock move in the same places.

use crate::timers::{LATEST, NEVER};

/// More than anybody gives way who does not poll: the clock shall not move for one who waits his turn a few times.
const ENOUGH: u8 = 100;
/// How far the clock moves for one who only reads it, at first; twice as far each time after.
const STRIDE: u64 = 1_000_000;

/// So many steps go by while the clock stands: more than programs make that are done before their timers are due.
const LONG: u64 = 4_096;
/// So many where it has already moved for that reason.
const OFTEN: u64 = 1_024;

/// What one goroutine has done in a round.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tries {
    round: u64,
    yields: u8,
}

/// The round, and what time is waited for by those who poll.
#[derive(Debug)]
pub(super) struct Idle {
    round: u64,
    /// Who has given way often enough in this round.
    settled: usize,
    /// The earliest moment that somebody asked for in vain, without a timer being set for it.
    asked_for: u64,
    /// Somebody has read the clock.
    read: bool,
    /// At which step last.
    read_at: u64,
    stride: u64,
    /// The step at which the clock has moved last, and after how many it moves for having stood.
    stands_since: u64,
    patience: u64,
}

impl Idle {
    pub(super) fn new() -> Idle {
        Idle {
            round: 1,
            settled: 0,
            asked_for: NEVER,
            read: false,
            read_at: 0,
            stride: STRIDE,
            stands_since: 0,
            patience: LONG,
        }
    }

    /// Somebody got somewhere.
    #[inline]
    pub(super) fn progress(&mut self) {
        self.round += 1;
        self.settled = 0;
    }

    /// The clock has moved past what was asked for, after so many steps of the schedule.
    pub(super) fn moved(&mut self, steps: u64) {
        self.stands_since = steps;
        self.round += 1;
        self.settled = 0;
        self.asked_for = NEVER;
        self.read = false;
    }

    /// Somebody gives way.
    pub(super) fn gives_way(&mut self, tries: &mut Tries) {
        if tries.round != self.round {
            *tries = Tries {
                round: self.round,
                yields: 0,
            };
        }
        tries.yields = tries.yields.saturating_add(1);
        self.settled += usize::from(tries.yields == ENOUGH);
    }

    /// Whether all of `runnable` have given way often enough.
    #[inline]
    pub(super) fn all_poll(&self, runnable: usize) -> bool {
        self.settled >= runnable
    }

    /// Somebody asks for something that comes at `when`, and does not wait for it.
    pub(super) fn asks_for(&mut self, when: u64) {
        self.asked_for = self.asked_for.min(when);
    }

    /// Somebody reads the clock, in the step after so many.
    #[inline]
    pub(super) fn reads(&mut self, steps: u64) {
        self.read = true;
        self.read_at = steps;
    }

    /// Whether the clock has stood for very long.
    pub(super) fn has_stood(&self, steps: u64) -> bool {
        steps - self.stands_since >= self.patience
    }

    /// Whether somebody has read it not long ago.
    pub(super) fn was_read(&self, steps: u64) -> bool {
        self.read && steps - self.read_at < OFTEN
    }

    /// It moves for that reason, and from here on sooner.
    pub(super) fn loses_patience(&mut self) {
        self.patience = OFTEN;
    }

    /// The earliest moment that was asked for.
    pub(super) fn asked_for(&self) -> u64 {
        self.asked_for
    }

    /// Where the clock moves that stands at `now` when nothing but it is looked at.
    pub(super) fn stride(&mut self, now: u64) -> Option<u64> {
        if !self.read {
            return None;
        }
        let to = now.saturating_add(self.stride).min(LATEST);
        self.stride = self.stride.saturating_mul(2);
        Some(to)
    }
}
