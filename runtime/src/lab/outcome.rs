//! What a schedule left.

use std::cell::RefMut;
use std::panic::Location;
use std::time::Duration;

use super::clocks::RaceFound;
use super::facts::Counts;
use super::owners::Nested;
use super::plan::Plan;
use super::record::{Holding, KEPT, Made, Record, Recorded, Untold};
use super::state::{State, Verdict, Waiter};
use super::strategy::Driver;

/// What a schedule left.
pub(crate) struct Outcome<'a> {
    pub(super) state: RefMut<'a, State>,
}

impl Outcome<'_> {
    pub(crate) fn verdict(&self) -> &Verdict {
        self.state.verdict.as_ref().unwrap_or(&Verdict::Passed)
    }
    pub(crate) fn race(&self) -> Option<RaceFound> {
        self.state.race()
    }
    /// Whether there is a race on what is neither a variable nor a channel: of an `add` with a `wait`.
    pub(crate) fn races_for_a_group(&self) -> bool {
        let of = |r: RaceFound| self.state.made_as(r.object).kind;
        self.state.race().is_some_and(|r| of(r).is_empty())
    }
    /// Where somebody waited in the middle of its unwinding, if anybody did.
    pub(crate) fn unwound_at(&self) -> Option<&'static Location<'static>> {
        self.state.unwound_at
    }
    /// Whether it has closed a channel that it had sent on itself. Only known where races are looked for.
    pub(crate) fn closes_own(&self, who: u32) -> bool {
        self.state.clocks.own.contains(&(who - 1))
    }
    /// Whether a send found its channel closed. Only known where races are looked for.
    pub(crate) fn sent_late(&self) -> bool {
        self.state.clocks.late
    }
    pub(crate) fn main_returned(&self) -> bool {
        self.state.main_returned
    }
    pub(crate) fn output(&self) -> &str {
        &self.state.output
    }
    /// Whether somebody has not ended, and never will.
    pub(crate) fn leaves_somebody(&self) -> bool {
        self.state.alive() > 0
    }
    /// How long the system was waited for, at most.
    pub(crate) fn outside(&self) -> Duration {
        self.state.outside
    }
    pub(crate) fn steps(&self) -> u64 {
        self.state.steps
    }
    /// Whether it was so long that the driver was asked no more.
    pub(crate) fn relented(&self) -> bool {
        self.state.steps > self.state.relents
    }
    pub(crate) fn recorded(&self) -> &Recorded {
        &self.state.recorded
    }
    pub(crate) fn plan(&self) -> Plan {
        self.state.recorded.plan()
    }
    pub(crate) fn fingerprint(&self) -> u64 {
        self.state.fingerprint()
    }
    /// How many operations each goroutine began, main first.
    pub(crate) fn lengths(&self) -> impl Iterator<Item = u32> + '_ {
        self.state.lengths()
    }
    pub(crate) fn counts(&self) -> &Counts {
        &self.state.counts
    }
    pub(crate) fn waiters(&self) -> Vec<Waiter> {
        self.state.waiters()
    }
    /// The steps, numbered from 0. Of a long schedule those in the middle are left out.
    pub(crate) fn records(&self) -> impl Iterator<Item = (usize, &Record)> {
        let out = self.state.left_out;
        let number = move |i| if i < KEPT { i } else { i + out };
        self.state
            .records
            .iter()
            .enumerate()
            .map(move |(i, r)| (number(i), r))
    }
    /// How many there were.
    pub(crate) fn recorded_steps(&self) -> usize {
        self.state.records.len() + self.state.left_out
    }
    /// What those come to that [`Outcome::records`] leaves out.
    pub(crate) fn untold(&self) -> &Untold {
        &self.state.untold
    }
    /// Locks taken in orders that make a ring; empty: none.
    pub(crate) fn inverted(&self) -> &[Nested] {
        self.state.owners.inverted()
    }
    pub(crate) fn holdings(&self) -> &[Holding] {
        &self.state.holdings
    }
    pub(crate) fn made(&self) -> Vec<Made> {
        (0..self.state.object_count())
            .map(|i| self.state.made_as(i))
            .collect()
    }
    /// Who made each goroutine, and where; main first.
    pub(crate) fn origins(&self) -> Vec<(u64, Option<&'static Location<'static>>)> {
        self.state
            .everybody()
            .map(|(g, _)| (g.origin().by, g.origin().at))
            .collect()
    }
    /// The segment of a followed plan that could not be followed, and after how many of its steps.
    pub(crate) fn left_at(&self) -> Option<(usize, u32)> {
        match &self.state.driver {
            Driver::Follow(f) => f.left_at,
            _ => None,
        }
    }
}
