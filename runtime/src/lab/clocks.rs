//! Happens-before, by vector clocks, and races on variables, by FastTrack (Flanagan and Freund, PLDI 2009).
//!
//! A goroutine's clock says, for every goroutine, up to which of its *spans* it knows what happened; a span ends where
//! the goroutine releases something. An access is `(goroutine, span)`: it happened before now if the clock of the one
//! who runs has reached that span. A variable keeps its last write, and the reads since then that are not yet ordered
//! among themselves, each with its place: that is what a report needs.
//!
//! Goroutines are counted from 0 here (their number less one).

use std::panic::Location;

type At = &'static Location<'static>;

/// One clock; what is beyond its end is 0.
#[derive(Debug, Default, Clone)]
struct Clock(Vec<u32>);

impl Clock {
    #[inline]
    fn get(&self, who: u32) -> u32 {
        self.0.get(who as usize).copied().unwrap_or(0)
    }

    fn join(&mut self, other: &Clock) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (a, &b) in self.0.iter_mut().zip(&other.0) {
            *a = (*a).max(b);
        }
    }

    fn copy(&mut self, other: &Clock) {
        self.0.clear();
        self.0.extend_from_slice(&other.0);
    }

    fn tick(&mut self, who: u32) {
        let i = who as usize;
        if self.0.len() <= i {
            self.0.resize(i + 1, 0);
        }
        self.0[i] += 1;
    }
}

/// An access to a variable.
#[derive(Clone, Copy, Debug)]
struct Access {
    who: u32,
    span: u32,
    at: At,
}

#[derive(Debug, Default)]
struct Variable {
    write: Option<Access>,
    reads: Vec<Access>,
    /// At this length the reads are looked through for those that a later one stands for.
    full: usize,
}

/// The shortest list of reads that is looked through.
const FEW: usize = 8;

/// Two accesses that nothing orders.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct RaceFound {
    pub(crate) object: u32,
    /// The earlier one in this schedule: who, where, whether it wrote.
    pub(crate) first: (u32, At, bool),
    pub(crate) second: (u32, At, bool),
}

/// Everything of one schedule; reused from one to the next.
#[derive(Debug, Default)]
pub(super) struct Clocks {
    pub(super) on: bool,
    of: Vec<Clock>,
    born: usize,
    /// Releases: clocks, handed out in order.
    released: Vec<Clock>,
    used: usize,
    /// By object: where the clocks of its slots are, plus one; and the variable.
    slots: Vec<Vec<u32>>,
    variables: Vec<Variable>,
    objects: usize,
    scratch: Clock,
    pub(super) race: Option<RaceFound>,
}

/// Slots of one object beyond this many share clocks: more edges than there are, never fewer.
const MOST_SLOTS: usize = 4096;

impl Clocks {
    pub(super) fn reset(&mut self, on: bool) {
        self.on = on;
        self.born = 0;
        self.used = 0;
        for s in &mut self.slots[..self.objects] {
            s.clear();
        }
        for v in &mut self.variables[..self.objects] {
            v.write = None;
            v.reads.clear();
            v.full = FEW;
        }
        self.objects = 0;
        self.race = None;
    }

    /// A goroutine is made by `by` (nobody: it is main).
    pub(super) fn birth(&mut self, by: Option<u32>) {
        if !self.on {
            return;
        }
        let who = self.born;
        self.born += 1;
        if self.of.len() <= who {
            self.of.push(Clock::default());
        }
        let mut mine = std::mem::take(&mut self.of[who]);
        mine.0.clear();
        if let Some(by) = by {
            mine.copy(&self.of[by as usize]);
            self.of[by as usize].tick(by);
        }
        mine.tick(who as u32);
        self.of[who] = mine;
    }

    fn object(&mut self, object: u32) {
        let n = object as usize + 1;
        if self.objects < n {
            self.objects = n;
            if self.slots.len() < n {
                self.slots.resize_with(n, Vec::new);
                self.variables.resize_with(n, Variable::default);
            }
        }
    }

    fn find(&mut self, object: u32, slot: usize) -> Option<usize> {
        self.object(object);
        let i = *self.slots[object as usize].get(slot % MOST_SLOTS)?;
        (i as usize).checked_sub(1)
    }

    fn find_or_make(&mut self, object: u32, slot: usize) -> usize {
        if let Some(i) = self.find(object, slot) {
            return i;
        }
        let i = self.used;
        self.used += 1;
        if self.released.len() <= i {
            self.released.push(Clock::default());
        }
        self.released[i].0.clear();
        let slots = &mut self.slots[object as usize];
        let slot = slot % MOST_SLOTS;
        if slots.len() <= slot {
            slots.resize(slot + 1, 0);
        }
        slots[slot] = i as u32 + 1;
        i
    }

    pub(super) fn acquire(&mut self, me: u32, object: u32, slot: usize) {
        if let Some(i) = self.find(object, slot) {
            self.of[me as usize].join(&self.released[i]);
        }
    }

    pub(super) fn release(&mut self, me: u32, object: u32, slot: usize) {
        let i = self.find_or_make(object, slot);
        self.released[i].join(&self.of[me as usize]);
        self.of[me as usize].tick(me);
    }

    /// Learns what the slot knows and leaves there what it knew itself before.
    pub(super) fn exchange(&mut self, me: u32, object: u32, slot: usize) {
        let i = self.find_or_make(object, slot);
        self.scratch.copy(&self.of[me as usize]);
        self.of[me as usize].join(&self.released[i]);
        std::mem::swap(&mut self.released[i], &mut self.scratch);
        self.of[me as usize].tick(me);
    }

    /// Both ways.
    pub(super) fn meet(&mut self, me: u32, other: u32) {
        let mut theirs = std::mem::take(&mut self.of[other as usize]);
        let mine = &mut self.of[me as usize];
        // Who knows somebody's present span knows all that one knows.
        if mine.get(other) < theirs.get(other) {
            mine.join(&theirs);
        }
        theirs.copy(mine);
        mine.tick(me);
        theirs.tick(other);
        self.of[other as usize] = theirs;
    }

    /// From `me` to `other`.
    pub(super) fn give(&mut self, me: u32, other: u32) {
        let mut theirs = std::mem::take(&mut self.of[other as usize]);
        theirs.join(&self.of[me as usize]);
        self.of[other as usize] = theirs;
        self.of[me as usize].tick(me);
    }

    pub(super) fn access(&mut self, me: u32, object: u32, write: bool, at: At) {
        self.object(object);
        let clock = &self.of[me as usize];
        let now = Access {
            who: me,
            span: clock.get(me),
            at,
        };
        let unordered = |a: &Access| a.who != me && clock.get(a.who) < a.span;
        let v = &mut self.variables[object as usize];
        let found = v
            .write
            .filter(|w| unordered(w))
            .map(|w| (w, true))
            .or_else(|| {
                let r = v.reads.iter().find(|r| write && unordered(r))?;
                Some((*r, false))
            });
        if write {
            v.write = Some(now);
            v.reads.clear();
        } else {
            if v.reads.len() >= v.full {
                // What happened before this read is found through it from now on.
                v.reads.retain(|r| unordered(r));
                v.full = (2 * v.reads.len()).max(FEW);
            }
            match v.reads.last_mut() {
                Some(last) if !unordered(last) => *last = now,
                _ => v.reads.push(now),
            }
        }
        if let Some((a, wrote)) = found
            && self.race.is_none()
        {
            self.race = Some(RaceFound {
                object,
                first: (a.who + 1, a.at, wrote),
                second: (me + 1, at, write),
            });
        }
    }
}
