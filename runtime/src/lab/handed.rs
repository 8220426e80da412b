//! What a schedule is asked apart: who hands values to others, whose are changed on their way, who panics, who comes last.

use super::engine::Lab;
use super::outcome::Outcome;
use super::state::{Slot, Stand, State};
use crate::goroutine::WaitReason;

/// What is done to one of the goroutines, or to the values that it hands over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asking {
    /// It is only kept who hands any.
    Who,
    /// Those of one goroutine become others.
    Change(u32),
    /// Those of one goroutine that are numbers become this one.
    Become(u32, i64),
    /// It panics where it prints for the first time.
    Panic(u32),
    /// It makes no step as long as anybody else can.
    Last(u32),
    /// From this step on it makes none as long as anybody else can, or time may go on; but not for ever.
    From(u32, u64),
}

/// Others may go on for ever (a ticker, say, or one who looks again and again whether this one is done). After so many
/// steps it comes like everybody.
const HELD_BACK: u64 = 5_000;

/// What a goroutine handed over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Handed {
    /// Anything.
    pub(crate) any: bool,
    /// One of a type that is not known, so that it could not be changed.
    pub(crate) unknown: bool,
}

impl Lab {
    /// The goroutine that runs is about to hand a value over, which `change` makes another one if it can.
    pub(super) fn handed(&self, change: &mut dyn FnMut(Option<i64>) -> bool) {
        let mut st = self.state();
        let me = st.current;
        let known = match st.asking {
            None => return,
            Some(Asking::Change(who)) if who == me => change(None),
            Some(Asking::Become(who, number)) if who == me => change(Some(number)),
            Some(_) => true,
        };
        let handed = &mut st.slot(me).handed;
        handed.any = true;
        handed.unknown |= !known;
    }

    /// The goroutine that runs is about to print: a panic, if it is the one that was asked to have one there.
    pub(super) fn panics_if_asked(&self) {
        let mut st = self.state();
        let me = st.current;
        let asked = st.asking == Some(Asking::Panic(me));
        if asked && !std::mem::replace(&mut st.slot(me).printed, true) {
            drop(st);
            panic!("asked for by the check");
        }
    }
}

impl State {
    /// Who makes no step as long as anybody else can, if that is asked.
    pub(super) fn comes_last(&self) -> Option<u32> {
        match self.asking {
            Some(Asking::Last(who)) => Some(who),
            Some(Asking::From(who, step)) => {
                let held_back = step..step + HELD_BACK;
                held_back.contains(&(self.steps + 1)).then_some(who)
            }
            _ => None,
        }
    }

    /// Whether time goes on first where only this one can run, which comes last.
    pub(super) fn waits_for_time(&self, last: u32) -> bool {
        matches!(self.asking, Some(Asking::From(..)))
            && self.runnable[..] == [last]
            && self.may_move()
    }

    /// Those who can run without the one that comes last, if there are such; else it is its turn, and those who wait for
    /// a receiver by then are counted, and what lies in channels is noted no more.
    pub(super) fn without(&mut self, last: u32) {
        self.eager.clear();
        let others = self.runnable.iter().filter(|who| **who != last);
        self.eager.extend(others);
        if self.eager.is_empty() {
            self.eager.push(last);
            let waits =
                |s: &&Slot| s.stand == Stand::Waits && s.g.wait_reason() == WaitReason::ChanSend;
            let held_up = self.slots.iter().filter(waits).count() as u32;
            self.held_up.get_or_insert(held_up);
        }
    }
}

impl Outcome<'_> {
    /// Of each goroutine, main first, whether it has received anything or tried to.
    pub(crate) fn listens(&self) -> impl Iterator<Item = bool> + '_ {
        self.state.slots.iter().map(|s| s.listens)
    }

    /// How many waited to send when it was the turn of `last`, which came last, and how many values lay where it never
    /// sends: where it does, whoever takes them may have to know first that it has ended.
    pub(crate) fn held_up(&self, last: u32) -> u32 {
        let elsewhere = |channel: &u32| !self.state.structure.has_sent(last, *channel);
        let lay = self.state.lies.iter().filter(|(c, _)| elsewhere(c));
        self.state.held_up.unwrap_or_default() + lay.map(|(_, n)| n).sum::<u32>()
    }

    /// What each goroutine handed over, main first, and whether it printed.
    pub(crate) fn handed(&self) -> impl Iterator<Item = (Handed, bool)> + '_ {
        self.state.slots.iter().map(|s| (s.handed, s.printed))
    }
}
