//! Happens-before, by vector clocks, and races on variables, by FastTrack (Flanagan and Freund, PLDI 2009).
//!
//! A goroutine's clock says, for every goroutine, up to which of its *spans* it knows what happened; a span ends where
//! the goroutine releases something. An access is `(goroutine, span)`: it happened before now if the clock of the one
//! who runs has reached that span. A variable keeps its last write, and the reads since then that are not yet ordered
//! among themselves, each with its place: that is what a report needs.
//!
//! **Columns.** Clocks are only ever asked about goroutines that have touched a variable. A goroutine gets its column in
//! the tables with its first access: what others knew of it before is never asked for. So a thousand goroutines that
//! only lock and send to each other cost nothing here: who has no column leaves its table and no span, and while all have
//! the same table there is nothing to learn.
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
    step: u64,
}

/// What is known of an object: what was released into its places, and who used it as a variable.
#[derive(Debug)]
struct Object {
    /// The first place; most objects have no other.
    place: Released,
    more: Vec<Released>,
    write: Option<Access>,
    reads: Vec<Access>,
    /// At this length the reads are looked through for those that a later one stands for.
    full: usize,
}

impl Object {
    const fn new() -> Object {
        Object {
            place: Released::NOTHING,
            more: Vec::new(),
            write: None,
            reads: Vec::new(),
            full: FEW,
        }
    }
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
    /// Where the earlier one was a send and the later one closes, the step in which that send began; else 0.
    pub(crate) step: u64,
}

/// Everything of one schedule; reused from one to the next.
#[derive(Debug, Default)]
pub(crate) struct Clocks {
    pub(crate) on: bool,
    of: Vec<Clock>,
    columns: u32,
    tables: Tables,
    objects: Vec<Object>,
    /// So many of them are not as new.
    used: usize,
    /// The first that was found; a send and a later close only where there is no other.
    pub(crate) race: Option<RaceFound>,
    /// A send has found its channel closed.
    pub(crate) late: bool,
    /// Who has closed a channel that it had sent on itself.
    pub(crate) own: Vec<u32>,
}

/// Slots of one object beyond this many share clocks: more edges than there are, never fewer.
const MOST_SLOTS: usize = 4096;

impl Clocks {
    pub(crate) fn reset(&mut self, on: bool) {
        self.on = on;
        self.of.clear();
        self.columns = 0;
        self.tables.reset();
        for o in &mut self.objects[..self.used] {
            o.place = Released::NOTHING;
            o.more.clear();
            o.write = None;
            o.reads.clear();
            o.full = FEW;
        }
        self.used = 0;
        self.race = None;
        self.late = false;
        self.own.clear();
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

    /// All that `me` knows now. It must tick afterwards. Of one without a column nobody will ask up to where it is known.
    #[inline]
    fn known(&self, me: u32) -> Released {
        let clock = self.of[me as usize];
        let by = if clock.column == NONE {
            Label::NOBODY
        } else {
            Label {
                who: me,
                span: clock.span,
            }
        };
        Released {
            table: clock.table,
            by,
        }
    }

    /// Whether `me` knows all that was left.
    #[inline]
    fn includes(&self, me: u32, left: Released) -> bool {
        let by = left.by;
        if by.who != NONE {
            return self.knows(me, by.who) >= by.span;
        }
        let mine = self.of[me as usize].table;
        if left.table == EMPTY || left.table == mine {
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

    #[inline]
    fn object(&mut self, object: u32) -> &mut Object {
        let n = object as usize + 1;
        if self.used < n {
            self.use_up_to(n);
        }
        &mut self.objects[object as usize]
    }

    #[cold]
    fn use_up_to(&mut self, n: usize) {
        self.used = n;
        if self.objects.len() < n {
            self.objects.resize_with(n, Object::new);
        }
    }

    #[inline]
    fn find(&self, object: u32, slot: usize) -> Released {
        let there = self
            .objects
            .get(object as usize)
            .and_then(|o| match slot % MOST_SLOTS {
                0 => Some(&o.place),
                n => o.more.get(n - 1),
            });
        there.copied().unwrap_or(Released::NOTHING)
    }

    /// A place, to be written to.
    #[inline]
    fn place(&mut self, object: u32, slot: usize) -> &mut Released {
        let object = self.object(object);
        match slot % MOST_SLOTS {
            0 => &mut object.place,
            n => {
                if object.more.len() < n {
                    object.more.resize(n, Released::NOTHING);
                }
                &mut object.more[n - 1]
            }
        }
    }

    /// Leaves `left` in a slot, in place of what is there.
    #[inline]
    fn put(&mut self, object: u32, slot: usize, left: Released) {
        self.tables.hold(left.table);
        let former = std::mem::replace(self.place(object, slot), left);
        if former.table != NONE {
            self.tables.let_go(former.table);
        }
    }

    /// Whether nothing but a table was left there, and that is `table`.
    #[inline]
    fn is_but(there: Released, table: Id) -> bool {
        there.table == table && there.by.who == NONE
    }

    /// Whether all that was left in an object's first place is the very table that `me` has: the usual case, where nobody has
    /// learned anything from the others.
    #[inline(always)]
    fn is_plain(&self, me: u32, object: u32) -> bool {
        let there = self.objects.get(object as usize).map(|o| o.place);
        there.is_some_and(|there| Clocks::is_but(there, self.of[me as usize].table))
    }

    #[inline(always)]
    pub(crate) fn acquire(&mut self, me: u32, object: u32, slot: usize) {
        if slot != 0 || !self.is_plain(me, object) {
            self.acquire_from(me, object, slot);
        }
    }

    fn acquire_from(&mut self, me: u32, object: u32, slot: usize) {
        let there = self.find(object, slot);
        if there.table == NONE || Clocks::is_but(there, self.of[me as usize].table) {
            return;
        }
        if let Some(whole) = self.learn(me, there)
            && whole != there.table
        {
            // The next one who learns it shares the table.
            let by = there.by;
            self.put(object, slot, Released { table: whole, by });
        }
    }

    #[inline(always)]
    pub(crate) fn release(&mut self, me: u32, object: u32, slot: usize) {
        // Who has no column leaves no span.
        let plain = self.of[me as usize].column == NONE && self.is_plain(me, object);
        if slot != 0 || !plain {
            self.leave(me, object, slot);
        }
        self.tick(me);
    }

    /// A release, but for the end of the span.
    fn leave(&mut self, me: u32, object: u32, slot: usize) {
        let there = self.find(object, slot);
        let known = self.known(me);
        if known.by.who == NONE && Clocks::is_but(there, known.table) {
            // It stands there already.
        } else if there.table == NONE || self.includes(me, there) {
            self.put(object, slot, known);
        } else {
            self.add_to(me, object, slot, there);
        }
    }

    /// What `me` knows stands in the slot from here on, in place of what others left there.
    pub(crate) fn replace(&mut self, me: u32, object: u32, slot: usize) {
        let known = self.known(me);
        self.put(object, slot, known);
        self.tick(me);
    }

    /// What `me` knows joins what others left in the slot.
    fn add_to(&mut self, me: u32, object: u32, slot: usize, there: Released) {
        let known = self.known(me);
        let column = self.column(there.by.who);
        // From here on the slot's hold on the table is ours.
        *self.place(object, slot) = Released::NOTHING;
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
        *self.place(object, slot) = Released {
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

    /// Both ways: from here on they share a table, until one of them learns something else.
    pub(crate) fn meet(&mut self, me: u32, other: u32) {
        let (mine, theirs) = (self.known(me), self.known(other));
        if !(self.includes(me, theirs) && self.includes(other, mine)) {
            self.share(me, other);
        }
        self.tick(me);
        self.tick(other);
    }

    fn share(&mut self, me: u32, other: u32) {
        let (mine, theirs) = (self.of[me as usize], self.of[other as usize]);
        let both_have_it = mine.table == theirs.table
            && mine.table != EMPTY
            && self.tables.all[mine.table as usize].holders == 2;
        let own = if both_have_it {
            mine.table
        } else {
            let own = self.tables.own(mine.table);
            if theirs.table != mine.table {
                self.tables.add(own, theirs.table);
            }
            self.tables.let_go(theirs.table);
            self.of[me as usize].table = own;
            self.of[other as usize].table = self.tables.hold(own);
            own
        };
        self.tables.raise(own, mine.column, mine.span);
        self.tables.raise(own, theirs.column, theirs.span);
        // Who knows the span that begins now knows all of this.
        self.tables.all[own as usize].label = match mine.column {
            NONE => Label::NOBODY,
            _ => Label {
                who: me,
                span: mine.span + 1,
            },
        };
    }

    /// From `me` to `other`.
    pub(crate) fn give(&mut self, me: u32, other: u32) {
        self.learn(other, self.known(me));
        self.tick(me);
    }

    /// `me` uses an object as a variable. `step` is where it began, if it is a send or a close, and 0 for anything else.
    pub(crate) fn access(&mut self, me: u32, object: u32, write: bool, at: At, step: u64) {
        if self.of[me as usize].column == NONE {
            self.of[me as usize].column = self.columns;
            self.columns += 1;
        }
        let clock = self.of[me as usize];
        let now = Access {
            who: me,
            span: clock.span,
            at,
            step,
        };
        self.object(object);
        let (of, tables) = (&self.of, &self.tables);
        let unordered =
            |a: &Access| a.who != me && tables.get(clock.table, of[a.who as usize].column) < a.span;
        let v = &mut self.objects[object as usize];
        self.late |= step > 0 && !write && v.write.is_some();
        if self.race.is_none_or(|r| r.step > 0) {
            let found = match &v.write {
                Some(w) if unordered(w) => Some((w, true)),
                _ if write => v.reads.iter().find(|r| unordered(r)).map(|r| (r, false)),
                _ => None,
            };
            if let Some((a, wrote)) = found
                && (self.race.is_none() || wrote || a.step == 0)
            {
                self.race = Some(RaceFound {
                    object,
                    first: (a.who + 1, a.at, wrote),
                    second: (me + 1, at, write),
                    step: if wrote { 0 } else { a.step },
                });
            }
        }
        if write {
            if step > 0 && v.reads.iter().any(|r| r.who == me) {
                self.own.push(me);
            }
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
    }
}

#[cfg(test)]
mod tests;
