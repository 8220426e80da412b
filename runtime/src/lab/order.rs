//! What came before what in one schedule, step by step, and which steps could have come the other way round.
//!
//! A step comes after those of its goroutine, after the one that made or woke it, and after each earlier step that it meets:
//! whose footprint touches an object that its own touches, in a way that makes a difference (`footprint.rs`). A vector clock
//! for each step says which those are. Of the steps that it meets, some it can only come after (an unlock, of one that
//! locks); with the others that nothing else orders with it, it *races*. `every.rs` says what comes of that.

use super::footprint::{Footprint, How, Touch};
use super::state::{CLAIM, NOW, TIMERS};

/// A step of a schedule.
#[derive(Clone, Copy, Debug)]
struct Step {
    who: u32,
    /// Which of those that `who` made, from 1.
    number: u32,
    /// Where its clock stands in `Order::clocks`.
    clock: (u32, u32),
}

/// What happened before what, in one schedule.
#[derive(Clone, Debug, Default)]
pub(super) struct Order {
    steps: Vec<Step>,
    /// One behind the other, by step: of each one's steps how many came before it or are it.
    clocks: Vec<u32>,
    /// By goroutine (and the clock): what its next step comes after.
    now: Vec<Vec<u32>>,
    objects: Vec<Object>,
    /// The last step that meets every other.
    all: Option<u32>,
    /// Nothing orders somebody's wait for a WaitGroup and its being raised from zero.
    pub(super) set_unordered: bool,
    /// For one step.
    room: Room,
}

/// Room for the vectors that one step needs.
#[derive(Clone, Debug, Default)]
struct Room {
    /// What `who` knew before it, and with it.
    before: Vec<u32>,
    clock: Vec<u32>,
    /// Steps that could change places with it.
    met: Vec<u32>,
    /// Those that it can only come after.
    after: Vec<u32>,
    /// Those that keep it back, each by itself.
    taken: Vec<u32>,
    /// Those that have raised a WaitGroup that it waits for from zero.
    set: Vec<u32>,
}

impl Room {
    /// For a step of one who knows `before`.
    fn begin(&mut self, before: &[u32]) {
        for of in [
            &mut self.clock,
            &mut self.met,
            &mut self.after,
            &mut self.taken,
            &mut self.set,
        ] {
            of.clear();
        }
        self.before.clear();
        self.before.extend_from_slice(before);
        self.clock.extend_from_slice(before);
    }
}

/// The steps that a later touch of an object may meet.
#[derive(Clone, Debug, Default)]
struct Object {
    changed: Option<(u32, How)>,
    /// The steps that keep others from locking or passing, or did so last.
    taken: Vec<u32>,
    /// By setting a WaitGroup.
    group: bool,
    read: Vec<u32>,
    passed: Vec<u32>,
    added: Vec<u32>,
    /// Of a WaitGroup: the step that raised it from zero last, and by how much which ones have raised it since.
    set: Option<u32>,
    raises: Vec<(u32, u32)>,
    /// Who ever raised it from zero, and who did anything with it.
    setters: Vec<u32>,
    users: Vec<u32>,
}

fn put(list: &mut Vec<u32>, who: u32) {
    if !list.contains(&who) {
        list.push(who);
    }
}

impl Object {
    /// Whether a `done`, of which `n` says what it has left, by one who knows `before`, is the same before those steps that
    /// have raised the group and that nothing else orders with it: all of them are of one goroutine, and there would be
    /// enough without them for this `done` and for all that came before it. Not for those that can only come after them.
    fn is_enough(&self, n: u32, before: &[u32], steps: &[Step], clocks: &[u32]) -> bool {
        let (Some((_, How::Raises)), Some(set), Some(left)) =
            (self.changed, self.set, n.checked_sub(1))
        else {
            return false;
        };
        let by = steps[set as usize].who;
        let knows = |clock: &[u32], e: u32| known(clock, by) >= steps[e as usize].number;
        if !knows(before, set)
            || self
                .raises
                .iter()
                .any(|&(e, _)| steps[e as usize].who != by)
        {
            return false;
        }
        let unknown = || self.raises.iter().filter(|&&(e, _)| !knows(before, e));
        let after = |f: &&u32| {
            let clock = clock_of(clocks, &steps[**f as usize]);
            unknown().all(|&(e, _)| knows(clock, e))
        };
        let later = self.added.iter().filter(after).count() as u32;
        unknown().map(|&(_, n)| n).sum::<u32>() <= left + later
    }

    /// Whether somebody else has raised it from zero, and only what `who` or another one did with the group since could
    /// order that with a wait of `who`: that is no order.
    fn raised_by_another(&self, who: u32) -> bool {
        let foreign = self.setters.iter().any(|&s| s != who);
        foreign && (self.setters.len() > 1 || self.users.contains(&who))
    }

    /// The last change, if it could come after as well: it is no unlock and no raise.
    fn changed_freely(&self) -> Option<u32> {
        self.changed
            .filter(|(_, how)| !matches!(how, How::Unlocks | How::Raises))
            .map(|(e, _)| e)
    }

    /// Step `i` of `who` has touched it so.
    #[inline]
    fn touched(&mut self, i: u32, who: u32, touch: &Touch) {
        let how = touch.how;
        if matches!(
            how,
            How::Adds | How::Empties | How::Sets | How::Raises | How::Passes
        ) {
            put(&mut self.users, who);
        }
        match how {
            How::Sets => {
                put(&mut self.setters, who);
                self.raises.clear();
                self.set = Some(i);
            }
            How::Raises => self.raises.push((i, touch.n)),
            _ => {}
        }
        match how {
            How::Read => self.read.push(i),
            How::Passes => self.passed.push(i),
            How::Adds | How::Empties | How::Shares => self.added.push(i),
            how => {
                self.changed = Some((i, how));
                self.read.clear();
                self.passed.clear();
                self.added.clear();
                let takes = matches!(how, How::Locks | How::Announces | How::Takes);
                if takes || how == How::Sets {
                    self.taken.clear();
                    self.group = how == How::Sets;
                }
                if takes || matches!(how, How::Sets | How::Raises) {
                    self.taken.push(i);
                }
            }
        }
    }

    fn clear(&mut self) {
        self.changed = None;
        self.taken.clear();
        self.group = false;
        self.read.clear();
        self.passed.clear();
        self.added.clear();
        self.set = None;
        self.raises.clear();
        self.setters.clear();
        self.users.clear();
    }
}

fn join(into: &mut Vec<u32>, other: &[u32]) {
    if into.len() < other.len() {
        into.resize(other.len(), 0);
    }
    for (a, &b) in into.iter_mut().zip(other) {
        *a = (*a).max(b);
    }
}

fn known(clock: &[u32], who: u32) -> u32 {
    clock.get(who as usize).copied().unwrap_or(0)
}

/// A step's clock. Not a method: others of `Order`'s parts are in use where it is asked for.
fn clock_of<'a>(clocks: &'a [u32], step: &Step) -> &'a [u32] {
    &clocks[step.clock.0 as usize..step.clock.1 as usize]
}

impl Order {
    /// As new, with the room that it has.
    pub(super) fn clear(&mut self) {
        self.steps.clear();
        self.clocks.clear();
        self.now.iter_mut().for_each(Vec::clear);
        self.objects.iter_mut().for_each(Object::clear);
        self.all = None;
        self.set_unordered = false;
    }

    /// The next step; adds the steps it races with to `races`, if somebody asks for them.
    pub(super) fn step(
        &mut self,
        i: u32,
        who: u32,
        print: &Footprint,
        races: Option<&mut Vec<u32>>,
    ) {
        let most = print.enabled.iter().copied().fold(who, u32::max) as usize;
        if self.now.len() <= most {
            self.now.resize(most + 1, Vec::new());
        }
        let mut room = std::mem::take(&mut self.room);
        room.begin(&self.now[who as usize]);
        self.meet(who, print, &mut room);
        for &e in room.met.iter().chain(&room.after).chain(&room.taken) {
            join(&mut room.clock, self.clock_of_step(e));
        }
        if let Some(races) = races {
            self.add_races(who, &mut room, races);
        }
        let number = known(&room.clock, who) + 1;
        if room.clock.len() <= who as usize {
            room.clock.resize(who as usize + 1, 0);
        }
        room.clock[who as usize] = number;
        self.made(who, number, print, &room.clock);
        for t in &print.touches {
            self.object(t.object).touched(i, who, t);
        }
        if print.everything {
            self.all = Some(i);
        }
        self.room = room;
    }

    /// Which steps a step of `who` meets that leaves this footprint, and how: into `room`.
    #[inline]
    fn meet(&mut self, who: u32, print: &Footprint, room: &mut Room) {
        let Room {
            before,
            met,
            after,
            taken,
            set,
            ..
        } = room;
        let mut by_another = false;
        let steps = std::mem::take(&mut self.steps);
        let clocks = std::mem::take(&mut self.clocks);
        for t in &print.touches {
            let o = self.object(t.object);
            let changed = o.changed.map(|(e, _)| e);
            match t.how {
                How::Read => met.extend(changed.iter().chain(&o.added)),
                How::Passes => {
                    after.extend(changed.iter().chain(&o.added));
                    taken.extend(&o.taken);
                    if o.group {
                        set.extend(o.taken.first());
                    }
                    by_another |= o.raised_by_another(who);
                    met.extend(o.changed_freely());
                }
                How::Adds | How::Empties if o.is_enough(t.n, before, &steps, &clocks) => {
                    met.extend(o.read.iter().chain(&o.passed));
                }
                How::Adds | How::Empties => {
                    met.extend(changed.iter().chain(&o.read).chain(&o.passed));
                }
                How::Locks | How::Announces | How::Shares => {
                    after.extend(changed);
                    taken.extend(&o.taken);
                    met.extend(o.changed_freely());
                    met.extend(o.read.iter().chain(&o.passed));
                    if t.how != How::Shares {
                        met.extend(&o.added);
                    }
                }
                How::Write | How::Takes | How::Sets | How::Raises | How::Unlocks => {
                    met.extend(changed);
                    met.extend(o.read.iter().chain(&o.passed).chain(&o.added));
                }
            }
        }
        self.steps = steps;
        self.clocks = clocks;
        met.extend(self.all);
        if print.everything {
            // The last step of each; what came before them comes before this, too.
            let mut seen = vec![false; self.now.len()];
            for (e, step) in self.steps.iter().enumerate().rev() {
                if !std::mem::replace(&mut seen[step.who as usize], true) {
                    met.push(e as u32);
                }
            }
        }
        let set_unordered = |&e: &u32| self.is_unordered(e, who, before);
        self.set_unordered |= by_another || set.iter().any(set_unordered);
    }

    /// Whether nothing orders step `e` with the next one of `who`, who knows `before`.
    #[inline]
    fn is_unordered(&self, e: u32, who: u32, before: &[u32]) -> bool {
        let step = &self.steps[e as usize];
        step.who != who && known(before, step.who) < step.number
    }

    #[inline]
    fn clock_of_step(&self, e: u32) -> &[u32] {
        clock_of(&self.clocks, &self.steps[e as usize])
    }

    /// Those of the steps in `room` that the next one of `who` races with.
    #[inline]
    fn add_races(&self, who: u32, room: &mut Room, races: &mut Vec<u32>) {
        let Room {
            before, met, taken, ..
        } = room;
        met.sort_unstable();
        met.dedup();
        met.retain(|&e| self.is_unordered(e, who, before));
        // With another one in between it is that one's race.
        races.extend(met.iter().copied().filter(|&e| {
            let Step { who, number, .. } = self.steps[e as usize];
            let knows = |f: u32| known(self.clock_of_step(f), who) >= number;
            !met.iter().any(|&f| f != e && knows(f))
        }));
        // Each of these alone keeps it from coming earlier.
        let alone = taken.iter().copied();
        races.extend(alone.filter(|&e| self.is_unordered(e, who, before)));
        races.sort_unstable();
        races.dedup();
    }

    /// The step is made: what it knew is known to whom it woke, and to its own next one.
    #[inline]
    fn made(&mut self, who: u32, number: u32, print: &Footprint, clock: &[u32]) {
        for &woken in &print.enabled {
            join(&mut self.now[woken as usize], clock);
        }
        join(&mut self.now[who as usize], clock);
        let from = self.clocks.len() as u32;
        self.clocks.extend_from_slice(clock);
        self.steps.push(Step {
            who,
            number,
            clock: (from, self.clocks.len() as u32),
        });
    }

    fn object(&mut self, number: u32) -> &mut Object {
        let i = match number {
            TIMERS => 0,
            NOW => 1,
            claim if claim & CLAIM != 0 => 2 * (claim & !CLAIM) as usize,
            object => 2 * object as usize + 1,
        };
        if self.objects.len() <= i {
            self.objects.resize(i + 1, Object::default());
        }
        &mut self.objects[i]
    }

    /// Who can begin a schedule that goes on from before step `e` and has step `i` in it but not `e`: of those steps
    /// that do not come after `e`, the first of each goroutine, if none of the others comes before it.
    pub(super) fn beginners(&self, e: u32, i: u32) -> Vec<u32> {
        let Step {
            who: by, number, ..
        } = self.steps[e as usize];
        let mut others: Vec<(u32, u32)> = Vec::new();
        let mut out = Vec::new();
        for f in e + 1..=i {
            let step = &self.steps[f as usize];
            let clock = clock_of(&self.clocks, step);
            if f != i && known(clock, by) >= number {
                continue;
            }
            if f == i && step.who == by {
                continue;
            }
            let first = !others.iter().any(|&(w, n)| known(clock, w) >= n);
            if first && !out.contains(&step.who) {
                out.push(step.who);
            }
            others.push((step.who, step.number));
        }
        out
    }
}
