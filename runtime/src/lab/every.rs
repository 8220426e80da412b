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
        let asleep: Vec<(u32, Footprint)> = match self.path.last() {
            None => Vec::new(),
            Some(before) => before
                .asleep
                .iter()
                .filter(|(who, print)| *who != before.chosen && !print.meets(&before.print))
                .cloned()
                .collect(),
        };
        let awake = |who: &u32| !asleep.iter().any(|(w, _)| w == who);
        let who = Some(usual)
            .filter(|u| can.contains(u) && awake(u))
            .or_else(|| can.iter().copied().find(awake));
        let Some(who) = who else {
            self.cut = true;
            return NOBODY;
        };
        self.path.push(Node {
            can: can.to_vec(),
            stopped: stopped.to_vec(),
            chosen: who,
            wanted: vec![who],
            asleep,
            ..Node::default()
        });
        self.depth += 1;
        who
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
            self.path.pop();
        }
        false
    }

    /// Has others tried where that may make a difference.
    fn look_for_races(&mut self) {
        let mut order = Order::default();
        for i in 0..self.path.len() {
            let node = &self.path[i];
            let before =
                (i >= self.new && node.ended && !node.stopped.is_empty()).then(|| order.clone());
            let races = order.step(i as u32, node.chosen, &node.print);
            if order.set_unordered && !self.plain {
                self.again = true;
                return;
            }
            if i < self.new {
                continue;
            }
            for e in races {
                let beginners = order.beginners(e, i as u32);
                self.want(e as usize, &beginners, node_who(&self.path, i));
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
                    let races = order.step(i as u32, who, &print);
                    if order.set_unordered && !self.plain {
                        self.again = true;
                        return;
                    }
                    for e in races {
                        let beginners = order.beginners(e, i as u32);
                        self.want(e as usize, &beginners, who);
                    }
                }
            }
            if self.path[i].ended {
                let all = self.path[i].can.clone();
                for who in all {
                    if !self.path[i].wanted.contains(&who) {
                        self.path[i].wanted.push(who);
                    }
                }
            }
        }
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

fn node_who(path: &[Node], i: usize) -> u32 {
    path[i].chosen
}

/// What happened before what, in one schedule.
#[derive(Clone, Default)]
struct Order {
    /// By step: who made it, its number among that one's, and of each one's how many steps came before or at it.
    steps: Vec<(u32, u32, Vec<u32>)>,
    /// By goroutine (and the clock): what its next step comes after.
    now: Vec<Vec<u32>>,
    objects: Vec<Object>,
    /// The last step that meets every other.
    all: Option<u32>,
    /// Nothing orders somebody's wait for a WaitGroup and its being raised from zero.
    set_unordered: bool,
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

impl Order {
    /// The next step; gives back the steps it races with.
    fn step(&mut self, i: u32, who: u32, print: &Footprint) -> Vec<u32> {
        if self.now.len() <= who as usize {
            self.now.resize(who as usize + 1, Vec::new());
        }
        let before = std::mem::take(&mut self.now[who as usize]);
        let mut clock = before.clone();
        let mut met: Vec<u32> = Vec::new();
        let mut after: Vec<u32> = Vec::new();
        let mut taken: Vec<u32> = Vec::new();
        let mut set: Vec<u32> = Vec::new();
        for t in &print.touches {
            let o = self.object(t.object);
            let changed = o.changed.map(|(e, _)| e);
            match t.how {
                How::Read => met.extend(changed.into_iter().chain(o.added.iter().copied())),
                How::Passes => {
                    after.extend(changed.into_iter().chain(o.added.iter().copied()));
                    taken.extend(&o.taken);
                    if o.group {
                        set.extend(o.taken.first());
                    }
                    // A change that is no unlock and no raise can come after as well.
                    met.extend(
                        o.changed
                            .filter(|(_, how)| !matches!(how, How::Unlocks | How::Raises))
                            .map(|(e, _)| e),
                    );
                }
                How::Adds | How::Empties => {
                    met.extend(changed);
                    met.extend(o.read.iter().chain(&o.passed).copied());
                }
                How::Locks => {
                    after.extend(changed);
                    taken.extend(&o.taken);
                    met.extend(
                        o.changed
                            .filter(|(_, how)| !matches!(how, How::Unlocks | How::Raises))
                            .map(|(e, _)| e),
                    );
                    met.extend(o.read.iter().chain(&o.passed).chain(&o.added).copied());
                }
                How::Write | How::Takes | How::Sets | How::Raises | How::Unlocks => {
                    met.extend(changed);
                    met.extend(o.read.iter().chain(&o.passed).chain(&o.added).copied());
                }
            }
        }
        met.extend(self.all);
        if print.everything {
            // The last step of each; what came before them comes before this, too.
            let mut seen = vec![false; self.now.len()];
            for (e, (by, _, _)) in self.steps.iter().enumerate().rev() {
                if !std::mem::replace(&mut seen[*by as usize], true) {
                    met.push(e as u32);
                }
            }
        }
        for &e in met.iter().chain(&after).chain(&taken) {
            join(&mut clock, &self.steps[e as usize].2);
        }
        let unordered = |e: u32| {
            let (by, number, _) = self.steps[e as usize];
            by != who && known(&before, by) < number
        };
        self.set_unordered |= set.into_iter().any(unordered);
        met.sort_unstable();
        met.dedup();
        met.retain(|&e| unordered(e));
        // With another one in between it is that one's race.
        let mut races: Vec<u32> = met
            .iter()
            .copied()
            .filter(|&e| {
                let (by, number, _) = self.steps[e as usize];
                !met.iter()
                    .any(|&f| f != e && known(&self.steps[f as usize].2, by) >= number)
            })
            .collect();
        // Each of these alone keeps it from coming earlier.
        races.extend(taken.into_iter().filter(|&e| unordered(e)));
        races.sort_unstable();
        races.dedup();
        let number = known(&clock, who) + 1;
        if clock.len() <= who as usize {
            clock.resize(who as usize + 1, 0);
        }
        clock[who as usize] = number;
        for &woken in &print.enabled {
            if self.now.len() <= woken as usize {
                self.now.resize(woken as usize + 1, Vec::new());
            }
            join(&mut self.now[woken as usize], &clock);
        }
        join(&mut self.now[who as usize], &clock);
        self.steps.push((who, number, clock));
        for t in &print.touches {
            let o = self.object(t.object);
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
        races
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
        let (by, number, _) = self.steps[e as usize];
        let mut others: Vec<(u32, u32)> = Vec::new();
        let mut out = Vec::new();
        for f in e + 1..=i {
            let (who, at, clock) = &self.steps[f as usize];
            if f != i && known(clock, by) >= number {
                continue;
            }
            if f == i && *who == by {
                continue;
            }
            let first = !others.iter().any(|&(w, n)| known(clock, w) >= n);
            if first && !out.contains(who) {
                out.push(*who);
            }
            others.push((*who, *at));
        }
        out
    }
}
