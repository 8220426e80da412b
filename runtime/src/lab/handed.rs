//! Who hands values to others in a schedule, and whose are changed on their way.

use super::engine::Lab;
use super::outcome::Outcome;

/// What is done with values that are handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asking {
    /// It is only kept who hands any.
    Who,
    /// Those of one goroutine become others.
    Change(u32),
}

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
    pub(super) fn handed(&self, change: &mut dyn FnMut() -> bool) {
        let mut st = self.state();
        let me = st.current;
        let known = match st.asking {
            None => return,
            Some(Asking::Change(who)) if who == me => change(),
            Some(_) => true,
        };
        let handed = &mut st.slot(me).handed;
        handed.any = true;
        handed.unknown |= !known;
    }
}

impl Outcome<'_> {
    /// What each goroutine handed over, main first, and whether it printed.
    pub(crate) fn handed(&self) -> impl Iterator<Item = (Handed, bool)> + '_ {
        self.state.slots.iter().map(|s| (s.handed, s.printed))
    }
}
