//! Happens-before, by vector clocks, and races on variables, by FastTrack (Flanagan and Freund, PLDI 2009).
//!
//! A goroutine's clock says, for every goroutine, up to which of its *spans* it knows what happened; a span ends where
//! the goroutine releases something. An access is `(goroutine, span)`: it happened before now if the clock of the one
//! who runs has reached that span. A variable keeps its last write, and the reads since then that are not yet ordered
//! among themselves, each with its place: that is what a report needs.
//!
//! **Shared clocks.** A thousand goroutines would make clocks of a thousand numbers, merged at every lock. So clocks are
//! immutable tables that are shared and counted: a goroutine has the number of its present span, and a table of what it
//! knows of the others. A release leaves its table, a birth hands it on, both without copying. A table that is exactly
//! what some goroutine knew when it ended a span says so in its *label*; who knows that span knows the whole table. So
//! most merges are one comparison, after which one of the two tables stands for both. What is left is copied (where a
//! table that others hold gets a new number) or merged (where two goroutines really learned different things).
//!
//! Goroutines are counted from 0 here (their number less one).
//!
//! Rejected: tree clocks (Mathur and others, ASPLOS 2022): a merge costs what it changes, but each clock is a tree to be
//! kept in order, and the programs checked here mostly have few goroutines.

use std::panic::Location;

type At = &'static Location<'static>;

/// A table's number.
type Id = u32;

/// No table.
const NONE: Id = u32::MAX;

/// What is known of each goroutine; what is beyond its end is 0.
#[derive(Debug, Default)]
struct Table {
    spans: Vec<u32>,
    holders: u32,
    /// Of whom, and at the end of which of its spans, this is the whole knowledge. Span 0: of nobody.
    label: (u32, u32),
}

impl Table {
    #[inline]
    fn get(&self, who: u32) -> u32 {
        self.spans.get(who as usize).copied().unwrap_or(0)
    }

    fn set(&mut self, who: u32, span: u32) {
        let i = who as usize;
        if self.spans.len() <= i {
            self.spans.resize(i + 1, 0);
        }
        self.spans[i] = span;
    }

    /// Whether who knows this knows all that `other` says.
    #[inline]
    fn covers(&self, other: &Table) -> bool {
        let (who, span) = other.label;
        span != 0 && self.get(who) >= span
    }
}

/// All tables of one schedule; what nobody holds is used again.
#[derive(Debug, Default)]
struct Tables {
    all: Vec<Table>,
    free: Vec<Id>,
    used: usize,
}

impl Tables {
    fn reset(&mut self) {
        self.used = 0;
        self.free.clear();
    }

    /// An empty one, held once.
    fn fresh(&mut self) -> Id {
        let id = self.free.pop().unwrap_or_else(|| {
            let id = self.used as Id;
            self.used += 1;
            if self.all.len() < self.used {
                self.all.push(Table::default());
            }
            id
        });
        let t = &mut self.all[id as usize];
        t.spans.clear();
        t.holders = 1;
        t.label = (0, 0);
        id
    }

    #[inline]
    fn of(&self, id: Id) -> &Table {
        &self.all[id as usize]
    }

    #[inline]
    fn hold(&mut self, id: Id) -> Id {
        self.all[id as usize].holders += 1;
        id
    }

    #[inline]
    fn let_go(&mut self, id: Id) {
        let t = &mut self.all[id as usize];
        t.holders -= 1;
        if t.holders == 0 {
            self.free.push(id);
        }
    }

    /// `id` for one holder alone, to be written to.
    fn own(&mut self, id: Id) -> Id {
        if self.all[id as usize].holders == 1 {
            return id;
        }
        let copy = self.fresh();
        let mut spans = std::mem::take(&mut self.all[copy as usize].spans);
        spans.extend_from_slice(&self.all[id as usize].spans);
        self.all[copy as usize].spans = spans;
        self.let_go(id);
        copy
    }

    /// What either says, in `into`'s place; `into` is held by its owner and given up for the answer.
    fn merge(&mut self, into: Id, other: Id) -> Id {
        let into = self.own(into);
        let mut spans = std::mem::take(&mut self.all[into as usize].spans);
        let others = &self.all[other as usize].spans;
        if spans.len() < others.len() {
            spans.resize(others.len(), 0);
        }
        for (a, &b) in spans.iter_mut().zip(others) {
            *a = (*a).max(b);
        }
        let t = &mut self.all[into as usize];
        t.spans = spans;
        t.label = (0, 0);
        into
    }
}

/// What one goroutine knows.
#[derive(Clone, Copy, Debug)]
struct Clock {
    /// The span it is in.
    span: u32,
    /// What it knows of the others; what stands there of itself may be late.
    table: Id,
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
    tables: Tables,
    /// By object: the tables that were released into its slots, and the variable.
    slots: Vec<Vec<Id>>,
    variables: Vec<Variable>,
    objects: usize,
    pub(super) race: Option<RaceFound>,
}

/// Slots of one object beyond this many share clocks: more edges than there are, never fewer.
const MOST_SLOTS: usize = 4096;

impl Clocks {
    pub(super) fn reset(&mut self, on: bool) {
        self.on = on;
        self.of.clear();
        self.tables.reset();
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
        let table = match by {
            Some(by) => {
                let known = self.snapshot(by);
                self.tick(by);
                self.tables.hold(known)
            }
            None => self.tables.fresh(),
        };
        self.of.push(Clock { span: 1, table });
    }

    /// It does nothing any more.
    pub(super) fn ended(&mut self, who: u32) {
        if self.on {
            self.forget(who);
        }
    }

    fn forget(&mut self, who: u32) {
        // Others never look at a goroutine that has ended; whoever looks finds the empty table.
        let clock = self.of[who as usize];
        if self.tables.of(clock.table).holders > 1 {
            let empty = self.tables.fresh();
            self.tables.let_go(clock.table);
            self.of[who as usize].table = empty;
        }
    }

    #[inline]
    fn tick(&mut self, who: u32) {
        self.of[who as usize].span += 1;
    }

    #[inline]
    fn knows(&self, me: u32, who: u32) -> u32 {
        let clock = &self.of[me as usize];
        if who == me {
            clock.span
        } else {
            self.tables.of(clock.table).get(who)
        }
    }

    /// A table with all that `me` knows now. It is `me`'s own: hold it to keep it, and tick.
    fn snapshot(&mut self, me: u32) -> Id {
        let clock = self.of[me as usize];
        let table = self.tables.own(clock.table);
        self.of[me as usize].table = table;
        let t = &mut self.tables.all[table as usize];
        t.set(me, clock.span);
        t.label = (me, clock.span);
        table
    }

    /// `me` learns all that `table` says.
    #[inline]
    fn learn(&mut self, me: u32, table: Id) {
        let (who, span) = self.tables.of(table).label;
        if span != 0 && self.knows(me, who) >= span {
            return;
        }
        let mine = self.of[me as usize].table;
        if mine == table {
            return;
        }
        let (a, b) = (self.tables.of(mine), self.tables.of(table));
        self.of[me as usize].table = if a.spans.is_empty() || b.covers(a) {
            let kept = self.tables.hold(table);
            self.tables.let_go(mine);
            kept
        } else {
            self.tables.merge(mine, table)
        };
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

    #[inline]
    fn find(&mut self, object: u32, slot: usize) -> Id {
        self.object(object);
        let slots = &self.slots[object as usize];
        slots.get(slot % MOST_SLOTS).copied().unwrap_or(NONE)
    }

    /// Leaves `table`, which is `me`'s own, in a slot, in place of what is there.
    fn put(&mut self, object: u32, slot: usize, table: Id) {
        let slot = slot % MOST_SLOTS;
        let slots = &mut self.slots[object as usize];
        if slots.len() <= slot {
            slots.resize(slot + 1, NONE);
        }
        let former = std::mem::replace(&mut slots[slot], table);
        self.tables.hold(table);
        if former != NONE {
            self.tables.let_go(former);
        }
    }

    #[inline]
    pub(super) fn acquire(&mut self, me: u32, object: u32, slot: usize) {
        let there = self.find(object, slot);
        if there != NONE {
            self.learn(me, there);
        }
    }

    #[inline]
    pub(super) fn release(&mut self, me: u32, object: u32, slot: usize) {
        let there = self.find(object, slot);
        if there == NONE {
            let known = self.snapshot(me);
            self.put(object, slot, known);
        } else {
            self.add_to(me, object, slot % MOST_SLOTS, there);
        }
        self.tick(me);
    }

    /// What `me` knows joins what others left in the slot.
    fn add_to(&mut self, me: u32, object: u32, slot: usize, there: Id) {
        let clock = self.of[me as usize];
        let (who, span) = self.tables.of(there).label;
        if span != 0 && self.knows(me, who) >= span {
            let known = self.snapshot(me);
            self.put(object, slot, known);
            return;
        }
        let (mine, theirs) = (self.tables.of(clock.table), self.tables.of(there));
        let new = if mine.spans.is_empty() || theirs.covers(mine) {
            self.tables.own(there)
        } else {
            self.tables.merge(there, clock.table)
        };
        let t = &mut self.tables.all[new as usize];
        t.set(me, clock.span);
        t.label = (0, 0);
        self.slots[object as usize][slot] = new;
    }

    /// Learns what the slot knows and leaves there what it knew itself before.
    pub(super) fn exchange(&mut self, me: u32, object: u32, slot: usize) {
        let there = self.find(object, slot);
        let known = self.snapshot(me);
        if there == NONE {
            self.put(object, slot, known);
        } else {
            self.tables.hold(there);
            self.put(object, slot, known);
            self.learn(me, there);
            self.tables.let_go(there);
        }
        self.tick(me);
    }

    /// Both ways.
    pub(super) fn meet(&mut self, me: u32, other: u32) {
        let mine = self.snapshot(me);
        self.tables.hold(mine);
        let theirs = self.snapshot(other);
        self.learn(me, theirs);
        self.learn(other, mine);
        self.tables.let_go(mine);
        self.tick(me);
        self.tick(other);
    }

    /// From `me` to `other`.
    pub(super) fn give(&mut self, me: u32, other: u32) {
        let mine = self.snapshot(me);
        self.learn(other, mine);
        self.tick(me);
    }

    pub(super) fn access(&mut self, me: u32, object: u32, write: bool, at: At) {
        self.object(object);
        let clock = self.of[me as usize];
        let known = self.tables.of(clock.table);
        let now = Access {
            who: me,
            span: clock.span,
            at,
        };
        let unordered = |a: &Access| a.who != me && known.get(a.who) < a.span;
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

#[cfg(test)]
mod tests {
    use super::super::rng::Rng;
    use super::*;

    /// Clocks as the books have them: one vector each, merged element by element.
    #[derive(Default)]
    struct Plain {
        of: Vec<Vec<u32>>,
        slots: std::collections::HashMap<(u32, usize), Vec<u32>>,
    }

    fn merge(into: &mut Vec<u32>, other: &[u32]) {
        if into.len() < other.len() {
            into.resize(other.len(), 0);
        }
        for (a, &b) in into.iter_mut().zip(other) {
            *a = (*a).max(b);
        }
    }

    impl Plain {
        fn tick(&mut self, who: u32) {
            self.of[who as usize][who as usize] += 1;
        }

        fn birth(&mut self, by: Option<u32>) {
            let who = self.of.len();
            let mut clock = by.map_or_else(Vec::new, |by| self.of[by as usize].clone());
            clock.resize(64, 0);
            clock[who] = 1;
            if let Some(by) = by {
                self.tick(by);
            }
            self.of.push(clock);
        }

        fn acquire(&mut self, me: u32, at: (u32, usize)) {
            if let Some(there) = self.slots.get(&at) {
                merge(&mut self.of[me as usize], there);
            }
        }

        fn exchange(&mut self, me: u32, at: (u32, usize)) {
            let known = self.of[me as usize].clone();
            self.acquire(me, at);
            self.slots.insert(at, known);
            self.tick(me);
        }

        fn release(&mut self, me: u32, at: (u32, usize)) {
            merge(self.slots.entry(at).or_default(), &self.of[me as usize]);
            self.tick(me);
        }

        fn give(&mut self, me: u32, other: u32) {
            let known = self.of[me as usize].clone();
            merge(&mut self.of[other as usize], &known);
            self.tick(me);
        }

        fn meet(&mut self, me: u32, other: u32) {
            let theirs = self.of[other as usize].clone();
            let mine = self.of[me as usize].clone();
            merge(&mut self.of[me as usize], &theirs);
            merge(&mut self.of[other as usize], &mine);
            self.tick(me);
            self.tick(other);
        }
    }

    #[test]
    fn shared_tables_say_what_plain_vectors_say() {
        // One and the same for all programs: what is reused must not show.
        let mut clocks = Clocks::default();
        for seed in 0..300 {
            let mut rng = Rng::new(seed, 0);
            let mut plain = Plain::default();
            clocks.reset(true);
            clocks.birth(None);
            plain.birth(None);
            let mut alive = vec![0_u32];
            for step in 0..200 {
                let me = alive[rng.below(alive.len())];
                let other = alive[rng.below(alive.len())];
                let at = (rng.below(3) as u32, rng.below(2));
                match rng.below(8) {
                    0 if plain.of.len() < 40 => {
                        alive.push(plain.of.len() as u32);
                        clocks.birth(Some(me));
                        plain.birth(Some(me));
                    }
                    1 if alive.len() > 2 => {
                        alive.retain(|&g| g != me);
                        clocks.ended(me);
                    }
                    2 if me != other => {
                        clocks.meet(me, other);
                        plain.meet(me, other);
                    }
                    3 if me != other => {
                        clocks.give(me, other);
                        plain.give(me, other);
                    }
                    4 => {
                        clocks.exchange(me, at.0, at.1);
                        plain.exchange(me, at);
                    }
                    5 | 6 => {
                        clocks.release(me, at.0, at.1);
                        plain.release(me, at);
                    }
                    _ => {
                        clocks.acquire(me, at.0, at.1);
                        plain.acquire(me, at);
                    }
                }
                for &g in &alive {
                    for who in 0..plain.of.len() as u32 {
                        assert_eq!(
                            clocks.knows(g, who),
                            plain.of[g as usize][who as usize],
                            "seed {seed}, step {step}: what {g} knows of {who}"
                        );
                    }
                }
            }
        }
    }
}
