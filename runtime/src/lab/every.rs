//! Every schedule of a small program once, up to the order of steps that do not touch each other: source sets with sleep
//! sets (Abdulla, Aronis, Jonsson and Sagonas, POPL 2014).
//!
//! # Concepts
//!
//! A schedule is a list of steps; each leaves its footprint. Two schedules that differ in the order of steps which do not
//! meet are the same *interleaving*, and one of them is enough. After each schedule its *races* are looked for: a step
//! that meets an earlier one of somebody else with nothing in between that orders the two. Before the earlier one of
//! them, somebody else is to be tried: one who can begin a schedule in which the later one comes first. When all that is
//! to be tried in a place has been, the place is left. Who has been tried sleeps in what is tried after it, until a step
//! is made that meets its own: what it would begin has been seen. A schedule in which all who could run sleep is cut off.
//!
//! # What is a step
//!
//! - A goroutine's, from one point to the next, with the choices made in it: all of them are gone through.
//! - The clock's, from one timer to the next. It may come whenever a timer is set, also while somebody can run.
//!
//! A goroutine that wants a Mutex which is locked, or waits for a WaitGroup that is not at zero, is not let go on: that
//! it waits in a queue is no difference to anybody, since who is woken competes. It is, where nothing orders the wait and
//! an `add` from zero; then the exploration begins anew, and to wait is a step like others ([`Every::plain`]).
//! If nobody else can go on, and no timer is set, those who want a lock do wait, one after the other: that is how the
//! schedule ends.
//!
//! # What is given up
//!
//! A program that asks how many goroutines there are, is woken from outside, prints past this library, or has schedules
//! of more steps than [`LONGEST`], or in which the clock may run away ([`HURRIED`]).

use super::footprint::{Footprint, How, Touch};
use super::plan::CLOCK;
use super::state::{CLAIM, NOBODY, TIME};

/// Schedules of more steps are too long to visit all of their kind.
const LONGEST: usize = 2_000;
/// Nor are those visited all in which the clock moves more often than this though somebody could run: who tries again and
/// again after a pause would do so without end.
const HURRIED: usize = 8;

/// A place in which somebody was chosen, and the step that followed.
#[derive(Debug, Default)]
struct Node {
    /// Who could be chosen.
    can: Vec<u32>,
    /// Who could have run, but would have waited, and for what.
    stopped: Vec<(u32, Touch)>,
    chosen: u32,
    /// Who is to be tried here; who has been is in `asleep`.
    wanted: Vec<u32>,
    asleep: Vec<(u32, Footprint)>,
    /// The choices made in the step: which of how many.
    choices: Vec<(u32, u32)>,
    /// What the step touched with the present choices.
    print: Footprint,
    /// With all that were tried.
    prints: Footprint,
    /// It ended the program.
    ended: bool,
}

/// See the file's head: call [`Every::another`] in between schedules.
#[derive(Debug, Default)]
pub(crate) struct Every {
    path: Vec<Node>,
    /// Steps of the present schedule that have been chosen.
    depth: usize,
    chosen: usize,
    /// How often the clock moved in it though somebody could run.
    hurried: usize,
    /// From here on steps are new in this schedule.
    new: usize,
    /// To wait for a WaitGroup is a step like others.
    pub(crate) plain: bool,
    /// There is nothing in this schedule that has not been seen in another.
    pub(super) cut: bool,
    /// The program cannot be explored like this.
    pub(super) gave_up: bool,
    again: bool,
    /// Interleavings visited.
    pub(crate) found: usize,
    /// Places that were left: their vectors have room.
    spare: Vec<Node>,
    /// Kept for its room.
    order: Order,
}

impl Node {
    /// As new, with the room that it has.
    fn clear(&mut self) {
        self.can.clear();
        self.stopped.clear();
        self.wanted.clear();
        self.asleep.clear();
        self.choices.clear();
        self.print.clear();
        self.prints.clear();
        self.ended = false;
    }
}

impl Every {
    pub(crate) fn new() -> Every {
        Every::default()
    }

    /// Whether the schedule that has just been run is one, and not what was cut off.
    pub(crate) fn counts(&self) -> bool {
        !(self.cut || self.gave_up)
    }

    pub(crate) fn gave_up(&self) -> bool {
        self.gave_up
    }

    /// What the step that was chosen last touched.
    pub(super) fn step_made(&mut self, print: &mut Footprint) {
        let Some(i) = self.depth.checked_sub(1) else {
            print.clear();
            return;
        };
        let node = &mut self.path[i];
        node.choices.truncate(self.chosen);
        node.prints.add(print);
        std::mem::swap(&mut node.print, print);
        print.clear();
    }

    /// Who of those who `can` makes the next step; `NOBODY`: there is nothing new in it.
    pub(super) fn next(&mut self, can: &[u32], stopped: &[(u32, Touch)], usual: u32) -> u32 {
        let who = self.pick(can, stopped, usual);
        self.hurried += usize::from(who == CLOCK && can.len() > 1);
        if self.hurried > HURRIED {
            self.gave_up = true;
            return NOBODY;
        }
        who
    }

    fn pick(&mut self, can: &[u32], stopped: &[(u32, Touch)], usual: u32) -> u32 {
        if self.gave_up || self.depth >= LONGEST {
            self.gave_up = true;
            return NOBODY;
        }
        self.chosen = 0;
        if self.depth < self.path.len() {
            let who = self.path[self.depth].chosen;
            self.depth += 1;
            if !can.contains(&who) {
                // The program does not do the same each time.
                self.gave_up = true;
                return NOBODY;
            }
            return who;
        }
        let mut node = self.spare.pop().unwrap_or_default();
        if let Some(before) = self.path.last() {
            let sleeps_on = |(who, print): &&(u32, Footprint)| {
                *who != before.chosen && !print.meets(&before.print)
            };
            node.asleep
                .extend(before.asleep.iter().filter(sleeps_on).cloned());
        }
        let awake = |who: &u32| !node.asleep.iter().any(|(w, _)| w == who);
        let who = Some(usual)
            .filter(|u| can.contains(u) && awake(u))
            .or_else(|| can.iter().copied().find(awake));
        let Some(who) = who else {
            self.leave(node);
            self.cut = true;
            return NOBODY;
        };
        node.can.extend_from_slice(can);
        node.stopped.extend_from_slice(stopped);
        node.chosen = who;
        node.wanted.push(who);
        self.path.push(node);
        self.depth += 1;
        who
    }

    /// A place that is not gone back to.
    fn leave(&mut self, mut node: Node) {
        node.clear();
        self.spare.push(node);
    }

    /// One of `n`, in the step that was chosen last.
    pub(super) fn choose(&mut self, n: usize) -> usize {
        let Some(i) = self.depth.checked_sub(1) else {
            self.gave_up = true;
            return 0;
        };
        let choices = &mut self.path[i].choices;
        if self.chosen == choices.len() {
            choices.push((0, n as u32));
        }
        let (taken, of) = choices[self.chosen];
        self.gave_up |= of as usize != n;
        self.chosen += 1;
        (taken as usize).min(n - 1)
    }

    /// The schedule is over; `crashed`: at once, whatever others were about to do.
    pub(super) fn over(&mut self, print: &mut Footprint, crashed: bool) {
        if self.cut {
            // Of its last step it was told before it was asked who comes next.
            return;
        }
        self.step_made(print);
        if let Some(last) = self.depth.checked_sub(1) {
            self.path[last].ended = crashed;
            if crashed {
                self.path[last].print.everything = true;
                self.path[last].prints.everything = true;
            }
        }
    }

    /// Goes to the next schedule; `false`: that was the last one, or it is given up.
    pub(crate) fn another(&mut self) -> bool {
        if self.gave_up || self.depth < self.path.len() {
            self.gave_up = true;
            return false;
        }
        self.found += usize::from(!self.cut);
        self.look_for_races();
        if self.again {
            *self = Every {
                plain: true,
                ..Every::default()
            };
            return true;
        }
        self.depth = 0;
        self.chosen = 0;
        self.hurried = 0;
        self.cut = false;
        while let Some(node) = self.path.last_mut() {
            while let Some((taken, of)) = node.choices.pop() {
                if taken + 1 < of {
                    node.choices.push((taken + 1, of));
                    self.new = self.path.len() - 1;
                    return true;
                }
            }
            let prints = std::mem::take(&mut node.prints);
            node.asleep.push((node.chosen, prints));
            let asleep = &node.asleep;
            let next = node
                .wanted
                .iter()
                .copied()
                .find(|who| !asleep.iter().any(|(w, _)| w == who));
            if let Some(who) = next {
                node.chosen = who;
                node.ended = false;
                self.new = self.path.len() - 1;
                return true;
            }
            if let Some(node) = self.path.pop() {
                self.leave(node);
            }
        }
        false
    }

    /// Has others tried where that may make a difference.
    fn look_for_races(&mut self) {
        let mut order = std::mem::take(&mut self.order);
        order.clear();
        let mut races = Vec::new();
        for i in 0..self.path.len() {
            if !self.look_at(i, &mut order, &mut races) {
                self.again = true;
                break;
            }
        }
        self.order = order;
    }

    /// The same for one step; `false`: the waits for WaitGroups are steps after all.
    fn look_at(&mut self, i: usize, order: &mut Order, races: &mut Vec<u32>) -> bool {
        let node = &self.path[i];
        let new = i >= self.new;
        let before = (new && node.ended && !node.stopped.is_empty()).then(|| order.clone());
        order.step(i as u32, node.chosen, &node.print, new.then_some(races));
        if order.set_unordered && !self.plain {
            return false;
        }
        if !new {
            return true;
        }
        let who = node.chosen;
        for e in races.drain(..) {
            let beginners = order.beginners(e, i as u32);
            self.want(e as usize, &beginners, who);
        }
        // A timer that is taken away or replaced could have come before.
        let node = &self.path[i];
        let clock = node.chosen != CLOCK && node.can.contains(&CLOCK);
        if clock && node.print.touches.iter().any(|t| t.object == TIME) {
            self.want(i, &[CLOCK], CLOCK);
        }
        // Who stood before a lock when the program ended could have had it before.
        if let Some(before) = before {
            for (who, touch) in self.path[i].stopped.clone() {
                let mut order = before.clone();
                let print = Footprint {
                    touches: vec![touch],
                    ..Footprint::default()
                };
                order.step(i as u32, who, &print, Some(races));
                if order.set_unordered && !self.plain {
                    return false;
                }
                for e in races.drain(..) {
                    let beginners = order.beginners(e, i as u32);
                    self.want(e as usize, &beginners, who);
                }
            }
        }
        let node = &mut self.path[i];
        if node.ended {
            for &who in &node.can {
                if !node.wanted.contains(&who) {
                    node.wanted.push(who);
                }
            }
        }
        true
    }

    /// One of `beginners` is to be tried in place `at`, `best` of all, unless one of them is or has been.
    fn want(&mut self, at: usize, beginners: &[u32], best: u32) {
        let node = &mut self.path[at];
        let tried =
            |who: &u32| node.wanted.contains(who) || node.asleep.iter().any(|(w, _)| w == who);
        if beginners.iter().any(tried) {
            return;
        }
        let possible = |who: &&u32| node.can.contains(who);
        let one = Some(&best)
            .filter(|b| beginners.contains(b))
            .filter(possible)
            .or_else(|| beginners.iter().find(possible));
        match one {
            Some(&who) => node.wanted.push(who),
            None => {
                for &who in &node.can {
                    if !node.wanted.contains(&who) {
                        node.wanted.push(who);
                    }
                }
            }
        }
    }
}

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
struct Order {
    steps: Vec<Step>,
    /// One behind the other, by step: of each one's steps how many came before it or are it.
    clocks: Vec<u32>,
    /// By goroutine (and the clock): what its next step comes after.
    now: Vec<Vec<u32>>,
    objects: Vec<Object>,
    /// The last step that meets every other.
    all: Option<u32>,
    /// Nothing orders somebody's wait for a WaitGroup and its being raised from zero.
    set_unordered: bool,
    /// For one step.
    room: Room,
}

/// Room for the vectors that one step needs.
#[derive(Clone, Debug, Default)]
struct Room {
    before: Vec<u32>,
    clock: Vec<u32>,
    /// Steps that could change places with it.
    met: Vec<u32>,
    /// Those that it can only come after.
    after: Vec<u32>,
    /// Those that keep it back, each by itself.
    taken: Vec<u32>,
    set: Vec<u32>,
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
    fn clear(&mut self) {
        self.steps.clear();
        self.clocks.clear();
        self.now.iter_mut().for_each(Vec::clear);
        self.objects.iter_mut().for_each(Object::clear);
        self.all = None;
        self.set_unordered = false;
    }

    /// The next step; adds the steps it races with to `races`, if somebody asks for them.
    fn step(&mut self, i: u32, who: u32, print: &Footprint, races: Option<&mut Vec<u32>>) {
        let most = print.enabled.iter().copied().fold(who, u32::max) as usize;
        if self.now.len() <= most {
            self.now.resize(most + 1, Vec::new());
        }
        let mut room = std::mem::take(&mut self.room);
        let Room {
            before,
            clock,
            met,
            after,
            taken,
            set,
        } = &mut room;
        for of in [&mut *clock, &mut *met, &mut *after, &mut *taken, &mut *set] {
            of.clear();
        }
        before.clone_from(&self.now[who as usize]);
        clock.extend_from_slice(before);
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
                How::Locks => {
                    after.extend(changed);
                    taken.extend(&o.taken);
                    met.extend(o.changed_freely());
                    met.extend(o.read.iter().chain(&o.passed).chain(&o.added));
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
        let (steps, clocks) = (&self.steps, &self.clocks);
        for &e in met.iter().chain(&*after).chain(&*taken) {
            join(clock, clock_of(clocks, &steps[e as usize]));
        }
        let unordered = |e: u32| {
            let step = &steps[e as usize];
            step.who != who && known(before, step.who) < step.number
        };
        self.set_unordered |= by_another || set.iter().copied().any(unordered);
        if let Some(races) = races {
            met.sort_unstable();
            met.dedup();
            met.retain(|&e| unordered(e));
            // With another one in between it is that one's race.
            races.extend(met.iter().copied().filter(|&e| {
                let Step { who, number, .. } = steps[e as usize];
                let knows = |f: u32| known(clock_of(clocks, &steps[f as usize]), who) >= number;
                !met.iter().any(|&f| f != e && knows(f))
            }));
            // Each of these alone keeps it from coming earlier.
            races.extend(taken.iter().copied().filter(|&e| unordered(e)));
            races.sort_unstable();
            races.dedup();
        }
        let number = known(clock, who) + 1;
        if clock.len() <= who as usize {
            clock.resize(who as usize + 1, 0);
        }
        clock[who as usize] = number;
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
        for t in &print.touches {
            let o = self.object(t.object);
            if matches!(
                t.how,
                How::Adds | How::Empties | How::Sets | How::Raises | How::Passes
            ) {
                put(&mut o.users, who);
            }
            match t.how {
                How::Sets => {
                    put(&mut o.setters, who);
                    o.raises.clear();
                    o.set = Some(i);
                }
                How::Raises => o.raises.push((i, t.n)),
                _ => {}
            }
            match t.how {
                How::Read => o.read.push(i),
                How::Passes => o.passed.push(i),
                How::Adds | How::Empties => o.added.push(i),
                how => {
                    o.changed = Some((i, how));
                    o.read.clear();
                    o.passed.clear();
                    o.added.clear();
                    if matches!(how, How::Locks | How::Takes | How::Sets) {
                        o.taken.clear();
                        o.group = how == How::Sets;
                    }
                    if matches!(how, How::Locks | How::Takes | How::Sets | How::Raises) {
                        o.taken.push(i);
                    }
                }
            }
        }
        if print.everything {
            self.all = Some(i);
        }
        self.room = room;
    }

    fn object(&mut self, number: u32) -> &mut Object {
        let i = match number {
            TIME => 0,
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
    fn beginners(&self, e: u32, i: u32) -> Vec<u32> {
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
