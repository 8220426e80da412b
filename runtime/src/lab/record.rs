//! What a schedule leaves behind: its turns always, its steps when somebody will read them.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::Location;

use super::plan::{CLOCK, Plan, Segment};
use super::strategy::Why;
use crate::goroutine::WaitReason;
use crate::op::{SENT, WOULD_BLOCK};
use crate::seam::{Contents, Op};

/// A turn as it happened.
#[derive(Clone, Copy, Debug)]
struct Turn {
    who: u32,
    count: u32,
    /// It ended because the goroutine could not go on or gave way.
    forced: bool,
    /// It gave way and went on all the same, though others could run.
    insisted: bool,
    choices: u32,
    /// Steps in it when the schedule last departed from the usual; 0: it did not.
    departed: u32,
}

/// The turns of one schedule.
#[derive(Debug, Default)]
pub(crate) struct Recorded {
    turns: Vec<Turn>,
    choices: Vec<u32>,
    /// How often a goroutine that could go on was left, or the clock moved though somebody could run.
    pub(crate) preemptions: usize,
}

impl Recorded {
    pub(super) fn reset(&mut self) {
        self.turns.clear();
        self.choices.clear();
        self.preemptions = 0;
    }

    /// `who` makes a step, after a decision for the reason `why` about who comes after `current`; `usual` would have been
    /// the usual choice.
    #[inline]
    pub(super) fn turn(&mut self, who: u32, current: u32, why: Why, usual: u32, others: bool) {
        let departed = who != usual;
        match self.turns.last_mut() {
            Some(t) if t.who == who => {
                t.count += 1;
                // It waited, and was the one to go on all the same: its turn is longer than until it waits.
                t.insisted |= why == Why::Forced || why == Why::Yield && others;
                if departed {
                    t.departed = t.count;
                }
            }
            last => {
                if let Some(t) = last {
                    t.forced = why != Why::Point;
                }
                self.turns.push(Turn {
                    who,
                    count: 1,
                    forced: false,
                    insisted: false,
                    choices: self.choices.len() as u32,
                    departed: u32::from(departed),
                });
            }
        }
        self.preemptions += usize::from(who == CLOCK || (why == Why::Point && who != current));
    }

    pub(super) fn choice(&mut self, c: usize) {
        self.choices.push(c as u32);
        if c != 0
            && let Some(t) = self.turns.last_mut()
        {
            t.departed = t.count;
        }
    }

    /// The plan that repeats this schedule.
    pub(crate) fn plan(&self) -> Plan {
        let Some(last) = self.turns.iter().rposition(|t| t.departed != 0) else {
            return Plan::default();
        };
        let (kept, in_last) = (last + 1, self.turns[last].departed);
        let plan = self.turns[..kept]
            .iter()
            .enumerate()
            .map(|(i, t)| {
                let last = i + 1 == kept;
                let end = self
                    .turns
                    .get(i + 1)
                    .map_or(self.choices.len(), |t| t.choices as usize);
                let count = match (last, t.who) {
                    (_, CLOCK) => Some(t.count),
                    // What follows its first step is the usual.
                    (true, _) if in_last == 1 => None,
                    (true, _) => Some(in_last),
                    (false, _) => (!t.forced || t.insisted).then_some(t.count),
                };
                Segment {
                    who: t.who,
                    count,
                    choices: self.choices[t.choices as usize..end].to_vec(),
                }
            })
            .collect();
        Plan(plan).canonical()
    }
}

/// What a step was.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum What {
    /// From its birth to its first point.
    Begins,
    /// It was woken, and went on to its next point.
    Wakes,
    Does(Op),
    /// The clock moved.
    Clock,
}

/// So many steps are kept of the beginning of a schedule, and at least as many of its end.
pub(crate) const KEPT: usize = 1_000;

/// One step, for those who read a schedule.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) who: u32,
    pub(crate) what: What,
    /// The object it was about; 0: none.
    pub(crate) object: u32,
    /// When, in nanoseconds of the schedule's clock since the beginning.
    pub(crate) time: u64,
    pub(crate) at: Option<&'static Location<'static>>,
    pub(crate) outcome: String,
    /// It ended in a wait.
    pub(crate) parked: Option<WaitReason>,
    /// It was the goroutine's last.
    pub(crate) ended: bool,
    /// The goroutine could have gone on after it, and another one did.
    pub(crate) preempted: bool,
    /// What it printed.
    pub(crate) printed: String,
    /// Who could run from then on: was made, or woken.
    pub(crate) ready: Vec<u32>,
    /// How channels stood after it.
    pub(crate) stands: Vec<Stand>,
    /// Who held which lock after it.
    pub(crate) held: Vec<Holding>,
}

/// What steps of which no record is kept come to: enough for what is said of a schedule as a whole.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Untold {
    /// Whose last step is among them.
    pub(crate) ended: BTreeSet<u32>,
    /// Which object was used by whom.
    pub(crate) users: BTreeSet<(u32, u32)>,
    /// How many values were sent on a channel, but for those of a select.
    pub(crate) sent: BTreeMap<u32, u64>,
    /// On which channels a select may have sent: which of its cases it took is not told.
    pub(crate) selected: BTreeSet<u32>,
    /// What was added to a WaitGroup, less what was taken off.
    pub(crate) added: BTreeMap<u32, i64>,
}

impl Untold {
    pub(crate) fn count(&mut self, r: &Record) {
        if r.ended {
            self.ended.insert(r.who);
        }
        let objects = std::iter::once(r.object).chain(r.stands.iter().map(|s| s.object));
        self.users.extend(objects.map(|object| (object, r.who)));
        if r.outcome == SENT {
            self.selected.extend(r.stands.iter().map(|s| s.object));
        }
        match r.what {
            What::Does(Op::Send) => *self.sent.entry(r.object).or_default() += 1,
            What::Does(Op::TrySend) if !r.outcome.ends_with(WOULD_BLOCK) => {
                *self.sent.entry(r.object).or_default() += 1;
            }
            What::Does(Op::Add) => {
                let n = r.outcome.parse::<i64>().unwrap_or_default();
                *self.added.entry(r.object).or_default() += n;
            }
            // Of a negative `add` it says how much.
            What::Does(Op::Done) => {
                *self.added.entry(r.object).or_default() += r.outcome.parse::<i64>().unwrap_or(-1);
            }
            _ => {}
        }
    }
}

/// How a channel stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stand {
    pub(crate) object: u32,
    pub(crate) recvx: usize,
    pub(crate) closed: bool,
    pub(crate) contents: Contents,
}

/// Where and as what an object was made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Made {
    pub(crate) kind: &'static str,
    pub(crate) detail: usize,
    pub(crate) at: Option<&'static Location<'static>>,
}

/// Who holds a lock.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Holding {
    pub(crate) object: u32,
    pub(crate) who: u32,
    pub(crate) at: Option<&'static Location<'static>>,
    pub(crate) shared: bool,
    /// It is no lock of the program's, but a Once that runs.
    pub(crate) once: bool,
}
