//! A send and a close that race: whether the close can come first.
//!
//! Happens-before knows the edges of this library. A program may have others: the last owner of an `Arc` closes in its
//! `Drop`, when all who sent have dropped theirs. Then nothing that is seen orders the sends with the close, and still no
//! schedule has the close first. So a schedule in which such a race is all that is wrong is run once more: the sender makes
//! its step, and what follows it, only when nobody else can run, and time goes on meanwhile. If it closes the channel itself
//! then, it is the last owner, and the race is none. In every other case it is one: the channel is closed already, or by
//! somebody else, or by nobody, since who closes had looked at something that orders nothing (`len`, say).
//!
//! # Rejected
//!
//! - *No race where the send does not find the channel closed*: that is so, too, where `len` is asked before the close.
//! - *Looking for a panic among the schedules that are tried anyway*: it may take one of very many, and that is why there
//!   is a race detector.
//! - *The same for variables*: two accesses in the other order show nothing.

use super::Kind;
use super::search::{Runner, Tally};
use crate::lab::{Asking, Driver, Follow, Outcome, Plan, Setup};

/// So many schedules are run once more.
pub(super) const DOUBTS: usize = 16;
/// It may have so many steps more than the schedule has.
const MORE: u64 = 20_000;

/// Who is to send later, and from which step on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Turned {
    who: u32,
    step: u64,
}

impl Turned {
    /// If the race of a schedule is one of a send with a later close.
    pub(super) fn of(o: &Outcome<'_>) -> Option<Turned> {
        let race = o.race().filter(|r| r.step > 0)?;
        Some(Turned {
            who: race.first.0,
            step: race.step,
        })
    }
}

impl Runner<'_> {
    /// The races that are in doubt become failures, if one of them is found to be one.
    pub(super) fn settle_doubts(&mut self, t: &mut Tally) {
        let doubtful = std::mem::take(&mut t.doubtful);
        let only = doubtful.first().filter(|_| t.ran == 1);
        let only = only.map(|(found, _)| found.plan.clone());
        let real = doubtful.into_iter().find(|(found, turned)| {
            t.found
                .as_ref()
                .is_none_or(|f| f.cost.rank >= found.cost.rank)
                && self.is_a_race(&found.plan, found.cost.steps, *turned)
        });
        if let Some((found, _)) = real {
            t.raced += t.doubted;
            t.keep(found);
        }
        if let Some(plan) = only {
            // What it has left is what is looked at.
            self.run(Driver::Follow(Follow::new(plan)), false);
        }
    }

    /// How the last schedule, which followed `plan` and seems to have failed as `kind`, failed. It is run again, if another
    /// had to be run to know that.
    pub(super) fn without_doubt(&mut self, kind: Option<Kind>, plan: &Plan) -> Option<Kind> {
        let o = self.x.result();
        let turned = Turned::of(&o).filter(|_| kind == Some(Kind::Race));
        let steps = o.steps();
        drop(o);
        let Some(turned) = turned else { return kind };
        let real = self.is_a_race(plan, steps, turned);
        self.run(Driver::Follow(Follow::new(plan.clone())), false);
        kind.filter(|_| real)
    }

    /// Whether it is a race, in a schedule that had so many steps: see the file's head.
    pub(super) fn is_a_race(&mut self, plan: &Plan, steps: u64, turned: Turned) -> bool {
        let setup = Setup {
            max_steps: self.rules.max_steps.min(steps + MORE),
            races: true,
            asking: Some(Asking::From(turned.who, turned.step)),
            ..self.setup(Driver::Follow(Follow::new(plan.clone())))
        };
        (self.launch)(&mut self.x, setup);
        let o = self.x.result();
        o.sent_late() || !o.closes_own(turned.who)
    }
}
