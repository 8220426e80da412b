//! Happens-before, by vector clocks, and races on variables, by FastTrack (Flanagan and Freund, PLDI 2009).
//!
//! A goroutine's clock says, for every goroutine, up to which of its *spans* it knows what happened; a span ends where
//! the goroutine releases something. An access is `(goroutine, span)`: it happened before now if the clock of the one
//! who runs has reached that span. A variable keeps its last write, and the reads since then that are not yet ordered
//! among themselves, each with its place: that is what a report needs.
//!
//! **Columns.** Clocks are only ever asked about goroutines that have touched a variable. A goroutine gets its column in
//! the tables with its first access: what others knew of it before is never asked for. So a thousand goroutines that
//! only lock and send to each other cost nothing here.
//!
//! **Shared tables.** What a goroutine knows of the others is an immutable table, shared and counted. A release leaves
//! `(table, who, span)`, without copying. Each table is labelled with a goroutine and a span whose whole knowledge it is
//! a part of: who knows that span knows the table. So most of what is learned is one comparison, or one number written;
//! only where two goroutines really learned different things are two tables merged.
//!
//! Goroutines are counted from 0 here (their number less one).
//!
//! Rejected: tree clocks (Mathur and others, ASPLOS 2022): a merge costs what it changes, but each clock is a tree to be
//! kept in order, and the programs checked here mostly have few goroutines.

use std::panic::Location;

type At = &'static Location<'static>;

/// A table's number.
type Id = u32;

/// No table, no column, nobody.
const NONE: u32 = u32::MAX;
/// The table of those who know nothing; never written to, never freed.
const EMPTY: Id = 0;

/// What is known of each goroutine that has a column; what is beyond its end is 0.
#[derive(Debug, Default)]
struct Table {
    spans: Vec<u32>,
    holders: u32,
    label: Label,
}

/// Who knows all that `who` knew at the end of its span `span` knows what is labelled so. `NONE`: nobody is known to.
#[derive(Clone, Copy, Debug)]
struct Label {
    who: u32,
    span: u32,
}

impl Default for Label {
    fn default() -> Self {
        Label::NOBODY
    }
}

impl Label {
    const NOBODY: Label = Label { who: NONE, span: 0 };
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
        if self.all.is_empty() {
            self.all.push(Table::default());
        }
        self.used = 1;
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
        t.label = Label::NOBODY;
        id
    }

    #[inline]
    fn hold(&mut self, id: Id) -> Id {
        self.all[id as usize].holders += u32::from(id != EMPTY);
        id
    }

    #[inline]
    fn let_go(&mut self, id: Id) {
        if id != EMPTY {
            let t = &mut self.all[id as usize];
            t.holders -= 1;
            if t.holders == 0 {
                self.free.push(id);
            }
        }
    }

    /// `id` for one holder alone, to be written to.
    fn own(&mut self, id: Id) -> Id {
        if id != EMPTY && self.all[id as usize].holders == 1 {
            return id;
        }
        let copy = self.fresh();
        if id != EMPTY {
            let mut spans = std::mem::take(&mut self.all[copy as usize].spans);
            spans.extend_from_slice(&self.all[id as usize].spans);
            self.all[copy as usize].spans = spans;
            self.let_go(id);
        }
        copy
    }

    #[inline]
    fn get(&self, id: Id, column: u32) -> u32 {
        let spans = &self.all[id as usize].spans;
        spans.get(column as usize).copied().unwrap_or(0)
    }

    /// `id`, held alone, says at least `span` in `column`.
    fn raise(&mut self, id: Id, column: u32, span: u32) {
        if column == NONE {
            return;
        }
        let spans = &mut self.all[id as usize].spans;
        let i = column as usize;
        if spans.len() <= i {
            spans.resize(i + 1, 0);
        }
        spans[i] = spans[i].max(span);
    }

    /// What either says, in `into`'s place, which is held alone.
    fn add(&mut self, into: Id, other: Id) {
        let mut spans = std::mem::take(&mut self.all[into as usize].spans);
        let others = &self.all[other as usize].spans;
        if spans.len() < others.len() {
            spans.resize(others.len(), 0);
        }
        for (a, &b) in spans.iter_mut().zip(others) {
            *a = (*a).max(b);
        }
        self.all[into as usize].spans = spans;
    }
}

/// What one goroutine knows.
#[derive(Clone, Copy, Debug)]
struct Clock {
    /// The span it is in.
    span: u32,
    /// What it knows of the others; what stands there of itself may be late.
    table: Id,
    /// Its column in all tables.
    column: u32,
}

/// What was left somewhere: what the table says, and that `by` is known to its end.
#[derive(Clone, Copy, Debug)]
struct Released {
    /// `NONE`: nothing was.
    table: Id,
    by: Label,
}

impl Released {
    const NOTHING: Released = Released {
        table: NONE,
        by: Label::NOBODY,
    };
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
pub(crate) struct Clocks {
    pub(crate) on: bool,
    of: Vec<Clock>,
    columns: u32,
    tables: Tables,
    /// By object: what was released into its slots, and the variable.
    slots: Vec<Vec<Released>>,
    variables: Vec<Variable>,
    objects: usize,
    pub(crate) race: Option<RaceFound>,
}

/// Slots of one object beyond this many share clocks: more edges than there are, never fewer.
const MOST_SLOTS: usize = 4096;

impl Clocks {
    pub(crate) fn reset(&mut self, on: bool) {
        self.on = on;
        self.of.clear();
        self.columns = 0;
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
    pub(crate) fn birth(&mut self, by: Option<u32>) {
        if !self.on {
            return;
        }
        let me = self.of.len() as u32;
        self.of.push(Clock {
            span: 1,
            table: EMPTY,
            column: NONE,
        });
        if let Some(by) = by {
            self.give(by, me);
        }
    }

    /// A goroutine in the place of one that has ended, made by `by`. Who knows of the former one takes it for the same.
    pub(crate) fn rebirth(&mut self, who: u32, by: Option<u32>) {
        self.tick(who);
        if let Some(by) = by {
            self.give(by, who);
        }
    }

    /// It does nothing any more.
    pub(crate) fn ended(&mut self, who: u32) {
        if self.on {
            let clock = &mut self.of[who as usize];
            let table = std::mem::replace(&mut clock.table, EMPTY);
            self.tables.let_go(table);
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
            self.table_knows(clock.table, who)
        }
    }

    #[inline]
    fn table_knows(&self, table: Id, who: u32) -> u32 {
        match self.of[who as usize].column {
            NONE => 0,
            column => self.tables.get(table, column),
        }
    }

    /// Whether who knows `table`, and that `also` is known to its end, knows all that is labelled so.
    #[inline]
    fn covers(&self, table: Id, also: Label, label: Label) -> bool {
        label.who != NONE
            && (also.who == label.who && also.span >= label.span
                || self.table_knows(table, label.who) >= label.span)
    }

    /// All that `me` knows now. It must tick afterwards.
    #[inline]
    fn known(&self, me: u32) -> Released {
        let clock = self.of[me as usize];
        Released {
            table: clock.table,
            by: Label {
                who: me,
                span: clock.span,
            },
        }
    }

    /// Whether `me` knows all that was left. (Of one without a column nobody asks what is known.)
    #[inline]
    fn includes(&self, me: u32, left: Released) -> bool {
        let by = left.by;
        if by.who != NONE {
            if self.knows(me, by.who) >= by.span {
                return true;
            }
            if self.of[by.who as usize].column != NONE {
                return false;
            }
        }
        let clock = self.of[me as usize];
        if left.table == EMPTY || left.table == clock.table {
            return true;
        }
        let label = self.tables.all[left.table as usize].label;
        label.who != NONE && self.knows(me, label.who) >= label.span
    }

    fn column(&self, who: u32) -> u32 {
        if who == NONE {
            NONE
        } else {
            self.of[who as usize].column
        }
    }

    /// `me` learns all that was left; gives back the table that says all of it, if there is one now.
    fn learn(&mut self, me: u32, left: Released) -> Option<Id> {
        if left.table == NONE || self.includes(me, left) {
            return None;
        }
        let mine = self.of[me as usize].table;
        let column = self.column(left.by.who);
        let label = self.tables.all[mine as usize].label;
        if mine == EMPTY || self.covers(left.table, left.by, label) {
            // All that it has learned is in what it learns now.
            let table = self.tables.hold(left.table);
            self.tables.let_go(mine);
            let whole = self.whole(table, left.by, column);
            self.of[me as usize].table = whole;
            return Some(whole);
        }
        let theirs = self.tables.all[left.table as usize].label;
        let own = self.tables.own(mine);
        let me_to_the_end = Label {
            who: me,
            span: self.of[me as usize].span,
        };
        if left.table != EMPTY && left.table != mine && !self.covers(own, me_to_the_end, theirs) {
            self.tables.add(own, left.table);
        }
        self.tables.raise(own, column, left.by.span);
        self.tables.all[own as usize].label = Label::NOBODY;
        self.of[me as usize].table = own;
        None
    }

    /// `table`, which is held, with the end of `by` in it, labelled so.
    fn whole(&mut self, table: Id, by: Label, column: u32) -> Id {
        if column == NONE || self.tables.get(table, column) >= by.span {
            return table;
        }
        let own = self.tables.own(table);
        self.tables.raise(own, column, by.span);
        self.tables.all[own as usize].label = by;
        own
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
    fn find(&mut self, object: u32, slot: usize) -> Released {
        self.object(object);
        let slots = &self.slots[object as usize];
        let there = slots.get(slot % MOST_SLOTS);
        there.copied().unwrap_or(Released::NOTHING)
    }

    /// Leaves `left` in a slot, in place of what is there.
    #[inline]
    fn put(&mut self, object: u32, slot: usize, left: Released) {
        let slot = slot % MOST_SLOTS;
        self.tables.hold(left.table);
        let slots = &mut self.slots[object as usize];
        if slots.len() <= slot {
            slots.resize(slot + 1, Released::NOTHING);
        }
        let former = std::mem::replace(&mut slots[slot], left);
        if former.table != NONE {
            self.tables.let_go(former.table);
        }
    }

    #[inline]
    pub(crate) fn acquire(&mut self, me: u32, object: u32, slot: usize) {
        let there = self.find(object, slot);
        if let Some(whole) = self.learn(me, there)
            && whole != there.table
        {
            // The next one who learns it shares the table.
            let by = there.by;
            self.put(object, slot, Released { table: whole, by });
        }
    }

    #[inline]
    pub(crate) fn release(&mut self, me: u32, object: u32, slot: usize) {
        let there = self.find(object, slot);
        if there.table == NONE || self.includes(me, there) {
            self.put(object, slot, self.known(me));
        } else {
            self.add_to(me, object, slot % MOST_SLOTS, there);
        }
        self.tick(me);
    }

    /// What `me` knows joins what others left in the slot.
    fn add_to(&mut self, me: u32, object: u32, slot: usize, there: Released) {
        let known = self.known(me);
        let column = self.column(there.by.who);
        // From here on the slot's hold on the table is ours.
        self.slots[object as usize][slot] = Released::NOTHING;
        let label = self.tables.all[known.table as usize].label;
        let covered = known.table == EMPTY
            || known.table == there.table
            || self.covers(there.table, there.by, label);
        let own = self.tables.own(there.table);
        self.tables.raise(own, column, there.by.span);
        if !covered {
            self.tables.add(own, known.table);
        }
        self.tables.raise(own, self.column(me), known.by.span);
        self.tables.all[own as usize].label = Label::NOBODY;
        self.slots[object as usize][slot] = Released {
            table: own,
            by: Label::NOBODY,
        };
    }

    /// Learns what the slot knows and leaves there what it knew itself before.
    pub(crate) fn exchange(&mut self, me: u32, object: u32, slot: usize) {
        let there = self.find(object, slot);
        if there.table != NONE {
            self.tables.hold(there.table);
        }
        self.put(object, slot, self.known(me));
        if there.table != NONE {
            self.learn(me, there);
            self.tables.let_go(there.table);
        }
        self.tick(me);
    }

    /// Both ways.
    pub(crate) fn meet(&mut self, me: u32, other: u32) {
        let (mine, theirs) = (self.known(me), self.known(other));
        self.tables.hold(mine.table);
        self.learn(me, theirs);
        self.learn(other, mine);
        self.tables.let_go(mine.table);
        self.tick(me);
        self.tick(other);
    }

    /// From `me` to `other`.
    pub(crate) fn give(&mut self, me: u32, other: u32) {
        self.learn(other, self.known(me));
        self.tick(me);
    }

    pub(crate) fn access(&mut self, me: u32, object: u32, write: bool, at: At) {
        self.object(object);
        if self.of[me as usize].column == NONE {
            self.of[me as usize].column = self.columns;
            self.columns += 1;
        }
        let clock = self.of[me as usize];
        let now = Access {
            who: me,
            span: clock.span,
            at,
        };
        let (of, tables) = (&self.of, &self.tables);
        let unordered =
            |a: &Access| a.who != me && tables.get(clock.table, of[a.who as usize].column) < a.span;
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
            // From which of its spans on somebody is asked about: there it first touched a variable.
            let mut since = [u32::MAX; 40];
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
                let toucher = alive[rng.below(alive.len())];
                if rng.below(4) == 0 {
                    clocks.access(toucher, 9, false, Location::caller());
                    let first = &mut since[toucher as usize];
                    *first = (*first).min(clocks.of[toucher as usize].span);
                }
                for &g in &alive {
                    for who in 0..plain.of.len() as u32 {
                        let since = since[who as usize];
                        let asked = |span: u32| if span < since { 0 } else { span };
                        assert_eq!(
                            asked(clocks.knows(g, who)),
                            asked(plain.of[g as usize][who as usize]),
                            "seed {seed}, step {step}: what {g} knows of {who}"
                        );
                    }
                }
            }
        }
    }
}
