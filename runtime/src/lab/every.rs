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
//! An RWMutex is such a lock, for those who read and those who write, while a writer has it. A writer that comes while
//! readers are inside does wait, in a step of its own: from then on nobody comes in, and one of the readers who wants to
//! read once more waits for ever.
//!
//! # What is given up
//!
//! A program that asks how many goroutines there are, or for the number of one where others than main make some, or how
//! a WaitGroup stands, is woken from outside, prints past this library, or has schedules of more steps than [`LONGEST`],
//! or in which the clock may run away ([`HURRIED`]).

use super::footprint::{Footprint, How, Touch};
use super::order::Order;
use super::plan::CLOCK;
use super::state::{NOBODY, TIMERS};

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
    /// Others than main have made goroutines; somebody has asked for a goroutine's number.
    numbered: [bool; 2],
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

    /// The waits for WaitGroups are steps like others, after all: the exploration begins anew.
    pub(super) fn waits_are_steps(&mut self) {
        self.again |= !self.plain;
    }

    /// Goroutines are numbered in the order of their births. That is one order where main makes all of them; where others
    /// make some (`asked` is false), and somebody asks for a number, nothing is known of those that it does not show.
    pub(super) fn numbers(&mut self, asked: bool) {
        self.numbered[usize::from(asked)] = true;
        self.gave_up |= self.numbered == [true; 2];
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
        self.want_before(order, races, i, who);
        // A timer that is taken away or replaced could have come before.
        let node = &self.path[i];
        let clock = node.chosen != CLOCK && node.can.contains(&CLOCK);
        let replaces = |t: &Touch| t.object == TIMERS && t.how == How::Write;
        if clock && node.print.touches.iter().any(replaces) {
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
                self.want_before(&order, races, i, who);
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

    /// Each of these `races` is a step that meets step `i` of `who`, and could come after it as well.
    fn want_before(&mut self, order: &Order, races: &mut Vec<u32>, i: usize, who: u32) {
        for e in races.drain(..) {
            let mut beginners = order.beginners(e, i as u32);
            if self.began_otherwise(e as usize, i, who) {
                beginners.retain(|b| *b != who);
            }
            self.want(e as usize, &beginners, who);
        }
    }

    /// Whether `who`, of whom step `i` is, sleeps in place `at`, and its step there meets one of those in between: what
    /// began with it there had another order of these two, and what begins with somebody else has not been seen. A step
    /// that comes earlier may be another one: a `wait` that passes, so that main returns, instead of one that waits.
    fn began_otherwise(&self, at: usize, i: usize, who: u32) -> bool {
        let Some((_, print)) = self.path[at].asleep.iter().find(|(w, _)| *w == who) else {
            return false;
        };
        let between = &self.path[at + 1..i];
        between
            .iter()
            .any(|n| n.chosen != who && n.print.meets(print))
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
