//! Who goes on: the strategies, each asked once a step.
//!
//! - `Follow` does what a [`Plan`] says, and what the plan's rule says where it is silent.
//! - `Random` draws among all who can run.
//! - `Pct` is probabilistic concurrency testing (Burckhardt and others, ASPLOS 2010): everyone gets a random priority at
//!   birth, the highest runs, and at `depth - 1` random steps whoever runs falls below everyone. Who gives way falls
//!   below everyone too: a spinner does not keep others from their turn.
//! - The same machine with other priorities makes two plain schedules, in which main goes first until it waits:
//!   *youngest first*, the opposite of the usual order, and *in step*, where whoever made a step falls behind all others.
//! - `Pos` is partial-order sampling (Yuan, Yang and Gu, CAV 2018): each operation that somebody is about to do gets a
//!   random priority, the highest is done, and those that touch the same object as it did (one of the two writing) are
//!   drawn anew. So each order of operations that matters is about as likely, however many others lie in between.
//! - `Urw` is the uniform random walk (Zhao and others, ASPLOS 2025): one who has more steps before it is drawn more often,
//!   so that whole interleavings, and not single steps, are about as likely. How many steps somebody has is taken from
//!   the schedules before.
//! - `Lazy` goes on with whom it has and switches seldom. In the schedules with a hasty clock it does so even with one who
//!   gives way, a bounded number of times: `gosched` is no promise that somebody else gets anywhere.
//! - `Tree` visits every schedule, one after the other, depth first; with a bound, every one of so many preemptions.
//! - `Keen` (a file of its own) makes two more plain schedules: all writes first, and all reads first.
//! - `Every` (a file of its own) visits one of each kind.

use std::collections::BinaryHeap;

use super::every::Every;
use super::keen::Keen;
use super::plan::{CLOCK, Plan};
use super::rng::Rng;
use super::state::NOBODY;

/// Why somebody is asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Why {
    /// A goroutine stands at a choice point and could go on.
    Point,
    /// It could go on, but gives way (`gosched`, or it tried in vain for the third time).
    Yield,
    /// It waits or has ended.
    Forced,
}

/// What a strategy sees.
pub(super) struct View<'a> {
    /// The numbers of those who can run, lowest first; never empty.
    pub(super) runnable: &'a [u32],
    /// Who ran last.
    pub(super) current: u32,
    pub(super) why: Why,
    /// What the plan's rule says where a plan is silent.
    pub(super) usual: u32,
    /// Whether that is one who has had no turn for very long. Who decides freely lets it have one.
    pub(super) starved: bool,
    /// Steps made so far.
    pub(super) steps: u64,
    /// Whether a timer is set that the clock could move to.
    pub(super) timer: bool,
    /// Who can run since the last decision and could not before.
    pub(super) fresh: &'a [u32],
    /// What each goroutine will touch in its next step; goroutine 1 is the first.
    pub(super) intents: &'a [Intent],
    /// Steps were made since the last decision, by one who was alone: nobody was asked about them.
    pub(super) alone: bool,
}

/// Whether a driver wants to be asked although only one can run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Asked {
    Never,
    /// Only if the clock could move instead.
    WithATimer,
    Always,
}

/// What a goroutine is about to touch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Intent {
    /// 0: nothing.
    pub(super) object: u32,
    pub(super) reads: bool,
    /// How many operations the goroutine has begun.
    pub(super) ops: u32,
}

impl Intent {
    pub(super) const NOTHING: Intent = Intent {
        object: 0,
        reads: true,
        ops: 0,
    };

    /// Whether the order of the two matters.
    fn meets(self, other: Intent) -> bool {
        self.object != 0 && self.object == other.object && !(self.reads && other.reads)
    }
}

impl View<'_> {
    fn can(&self, who: u32) -> bool {
        who == self.current && self.why != Why::Forced || self.runnable.binary_search(&who).is_ok()
    }
}

/// What the rule says where no plan speaks: see `plan.rs`.
#[inline]
pub(super) fn usual(runnable: &[u32], current: u32, why: Why) -> u32 {
    if why == Why::Point {
        return current;
    }
    let after = runnable.partition_point(|&g| g <= current);
    runnable
        .get(after)
        .or(runnable.first())
        .copied()
        .unwrap_or(current)
}

/// One schedule's way of choosing.
#[derive(Debug)]
pub(crate) enum Driver {
    Follow(Follow),
    Random(Random),
    Pct(Pct),
    Pos(Pos),
    Urw(Urw),
    Lazy(Random),
    Keen(Keen),
    Tree(Tree),
    Every(Box<Every>),
}

/// All schedules, one a run: call [`Tree::another`] in between.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    /// The way to the present leaf: which of how many.
    path: Vec<(u32, u32)>,
    depth: usize,
    /// At most so many preemptions.
    bound: Option<usize>,
    spent: usize,
    /// Also those in which the clock moves while somebody can run, and in which who gives way goes on.
    whole: bool,
    /// There are such.
    pub(crate) more: bool,
}

/// A plan being followed.
#[derive(Debug, Default)]
pub(crate) struct Follow {
    plan: Plan,
    at: usize,
    made: u32,
    chosen: usize,
    /// The first segment that could not be followed, and after how many of its steps.
    pub(crate) left_at: Option<(usize, u32)>,
}

/// Random numbers, and whether timers may win against ready work.
#[derive(Debug)]
pub(crate) struct Random {
    rng: Rng,
    hasty_clock: bool,
    /// How often one who gives way may still be the one who goes on, where the strategy allows that.
    stubborn: u32,
}

/// Where priorities come from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Ranks {
    /// They are drawn.
    Drawn,
    /// Main is the first, then the one that was made last.
    Youngest,
    /// Main is the first, the others' are drawn; who made a step is the last from then on, main once it has waited.
    InStep,
}

#[derive(Debug)]
pub(crate) struct Pct {
    random: Random,
    ranks: Ranks,
    /// By goroutine number; what is not there yet is drawn when it is first seen.
    priorities: Vec<i64>,
    /// Everyone who can run, the highest first; beside them what has become void since.
    queue: BinaryHeap<(i64, u32)>,
    falls: Vec<u64>,
    low: i64,
    /// Above all that is drawn.
    high: i64,
}

/// Partial-order sampling.
#[derive(Debug)]
pub(crate) struct Pos {
    random: Random,
    /// By goroutine number: of what it is about to do. 0: to be drawn.
    priorities: Vec<u64>,
    /// How often somebody gave way.
    given_way: u64,
    /// What was done last, and by whom.
    done: Option<(u32, Intent)>,
}

/// The uniform random walk.
#[derive(Debug)]
pub(crate) struct Urw {
    random: Random,
    /// By goroutine number, main first: how many operations it is thought to come to.
    lengths: Vec<u32>,
    /// By how many are born: the steps of those who are not yet. They count as main's, who mostly makes them: else its
    /// children would be over before it has made the others.
    unborn: Vec<u64>,
}

/// Priorities of partial-order sampling that are drawn are not lower, those of who gives way are.
const BEHIND: u64 = 1 << 40;
/// Where more can run than this, looking at each of them in each step would cost more than it brings.
const CROWD: usize = 64;

/// A timer that may win does so in one step of this many.
const HASTE: usize = 8;
/// How seldom `Lazy` switches.
const LAZY: usize = 12;
/// More than anybody writes who hopes that so many calls of `gosched` are enough; a spinner pays it once a schedule.
const STUBBORN: u32 = 2_000;

impl Follow {
    pub(crate) fn new(mut plan: Plan) -> Follow {
        if plan.0.first().is_none_or(|s| s.who != 1) {
            plan.0.insert(
                0,
                super::plan::Segment {
                    who: 1,
                    count: None,
                    choices: Vec::new(),
                },
            );
        }
        Follow {
            plan,
            ..Follow::default()
        }
    }

    fn leave(&mut self) {
        self.at += 1;
        self.made = 0;
        self.chosen = 0;
    }

    fn next(&mut self, v: &View<'_>) -> u32 {
        while let Some(s) = self.plan.0.get(self.at) {
            let can = match s.who {
                CLOCK => v.timer,
                who => v.can(who),
            };
            let more = match s.count {
                Some(n) => self.made < n,
                None if self.made == 0 => true,
                None => match v.why {
                    Why::Point => !v.starved || v.usual == s.who,
                    // Alone, it goes on in any case.
                    Why::Yield => v.runnable.len() == 1,
                    Why::Forced => false,
                },
            };
            if !more {
                self.leave();
                continue;
            }
            if can {
                self.made += 1;
                return s.who;
            }
            if self.left_at.is_none() {
                self.left_at = Some((self.at, self.made));
            }
            self.leave();
        }
        v.usual
    }

    fn choose(&mut self, n: usize) -> usize {
        let c = self
            .plan
            .0
            .get(self.at)
            .and_then(|s| s.choices.get(self.chosen))
            .map_or(0, |&c| c as usize);
        self.chosen += 1;
        c.min(n - 1)
    }
}

impl Tree {
    pub(crate) fn new(bound: Option<usize>) -> Tree {
        Tree {
            bound,
            ..Tree::default()
        }
    }

    /// Without exception.
    pub(crate) fn whole(bound: Option<usize>) -> Tree {
        Tree {
            bound,
            whole: true,
            ..Tree::default()
        }
    }

    /// Goes to the next leaf; `false`: that was the last one.
    pub(crate) fn another(&mut self) -> bool {
        // What the last run did not reach belongs to a program that is not the same from run to run.
        self.path.truncate(self.depth);
        self.depth = 0;
        self.spent = 0;
        while let Some((taken, of)) = self.path.pop() {
            if taken + 1 < of {
                self.path.push((taken + 1, of));
                return true;
            }
        }
        false
    }

    fn branch(&mut self, of: usize) -> usize {
        if of == 1 {
            return 0;
        }
        if self.depth == self.path.len() {
            self.path.push((0, of as u32));
        }
        let taken = self.path[self.depth].0;
        self.depth += 1;
        (taken as usize).min(of - 1)
    }

    fn next(&mut self, v: &View<'_>) -> u32 {
        let n = v.runnable.len();
        if self.whole && self.bound.is_none() {
            let k = self.branch(n + usize::from(v.timer));
            return v.runnable.get(k).copied().unwrap_or(CLOCK);
        }
        // The usual first, then the others by number, then the clock. A preemption too many is none of them.
        let may = self.bound.is_none_or(|b| self.spent < b);
        let preempts = v.why == Why::Point;
        let out = v.why == Why::Yield && n > 1;
        let clock = v.timer && may;
        self.more |= out || clock;
        let out = out && !self.whole;
        let clock = clock && self.whole;
        let others = if preempts && !may {
            0
        } else {
            n - 1 - usize::from(out)
        };
        let k = self.branch(1 + others + usize::from(clock));
        if k == 0 {
            return v.usual;
        }
        self.spent += usize::from(preempts || k > others);
        if k > others {
            return CLOCK;
        }
        v.runnable
            .iter()
            .copied()
            .filter(|&g| g != v.usual && !(out && g == v.current))
            .nth(k - 1)
            .unwrap_or(v.usual)
    }
}

impl Pct {
    /// `length` is the number of steps that a schedule is thought to have.
    pub(crate) fn new(random: Random, depth: usize, length: u64) -> Pct {
        Spare::default().pct(random, depth, length)
    }

    /// No priority falls but by the rule of `ranks`.
    pub(crate) fn plain(random: Random, ranks: Ranks) -> Pct {
        Pct {
            ranks,
            ..Pct::new(random, 1, 0)
        }
    }

    fn fall(&mut self, who: u32) {
        self.low -= 1;
        self.know(who);
        self.priorities[who as usize] = self.low;
        self.queue.push((self.low, who));
    }

    /// From here on it comes before all others.
    fn rise(&mut self, who: u32) {
        self.know(who);
        self.high += 1;
        self.priorities[who as usize] = self.high;
        self.queue.push((self.high, who));
    }

    fn know(&mut self, who: u32) {
        while self.priorities.len() <= who as usize {
            let who = self.priorities.len() as i64;
            self.priorities.push(match self.ranks {
                Ranks::Youngest | Ranks::InStep if who == 1 => i64::MAX,
                Ranks::Youngest => who,
                Ranks::Drawn | Ranks::InStep => (self.random.rng.next() >> 2) as i64,
            });
        }
    }

    /// Some can run again, or for the first time.
    fn notice(&mut self, fresh: &[u32]) {
        for &who in fresh {
            self.know(who);
            self.queue.push((self.priorities[who as usize], who));
        }
    }

    fn next(&mut self, v: &View<'_>) -> u32 {
        while self.falls.last().is_some_and(|&at| at <= v.steps) {
            self.falls.pop();
            self.fall(v.current);
        }
        if v.why == Why::Yield {
            self.fall(v.current);
        }
        if self.ranks == Ranks::InStep && v.current != NOBODY {
            match v.why {
                Why::Point if v.current != 1 || self.low < 0 => self.fall(v.current),
                // It can run again some time, behind all others.
                Why::Forced => {
                    self.low -= 1;
                    self.know(v.current);
                    self.priorities[v.current as usize] = self.low;
                }
                _ => {}
            }
        }
        while let Some(&(priority, who)) = self.queue.peek() {
            if self.priorities[who as usize] == priority && v.can(who) {
                return who;
            }
            self.queue.pop();
        }
        v.usual
    }
}

impl Pos {
    fn next(&mut self, v: &View<'_>) -> u32 {
        if v.runnable.len() > CROWD {
            self.done = None;
            return self.random.draw(v.runnable, v.current, v.why);
        }
        if self.priorities.len() <= v.intents.len() {
            self.priorities.resize(v.intents.len() + 1, 0);
        }
        for &who in v.fresh {
            self.priorities[who as usize] = 0;
        }
        if v.alone {
            // Whoever else can run is fresh.
            self.done = None;
            self.priorities[v.current as usize] = 0;
        }
        let intent = |who: u32| {
            let i = v.intents.get(who as usize - 1);
            i.copied().unwrap_or(Intent::NOTHING)
        };
        if let Some((who, did)) = self.done {
            self.priorities[who as usize] = 0;
            if did.object != 0 {
                for &other in v.runnable {
                    if intent(other).meets(did) {
                        self.priorities[other as usize] = 0;
                    }
                }
            }
        }
        let mut best = (0, v.usual);
        for &who in v.runnable {
            let p = &mut self.priorities[who as usize];
            if *p == 0 {
                // Who gives way is behind all others, this once: also behind those who gave way before.
                *p = if v.why == Why::Yield && who == v.current {
                    self.given_way += 1;
                    BEHIND.saturating_sub(self.given_way).max(1)
                } else {
                    self.random.rng.next() | BEHIND
                };
            }
            if *p > best.0 {
                best = (*p, who);
            }
        }
        self.done = Some((best.1, intent(best.1)));
        best.1
    }
}

impl Urw {
    fn next(&mut self, v: &View<'_>) -> u32 {
        if v.runnable.len() > CROWD {
            return self.random.draw(v.runnable, v.current, v.why);
        }
        {
            // One who gives way is not drawn while another one can be.
            let alone = v.runnable.len() == 1;
            let out = |who: u32| !alone && v.why == Why::Yield && who == v.current;
            let weight = |who: u32| {
                let i = who as usize - 1;
                let had = self.lengths.get(i).copied().unwrap_or(0);
                let mut left = u64::from(had.saturating_sub(v.intents[i].ops));
                if who == 1 {
                    left += self.unborn.get(v.intents.len()).copied().unwrap_or(0);
                }
                if out(who) { 0 } else { left.max(1) as usize }
            };
            let all = v.runnable.iter().map(|&who| weight(who)).sum();
            let mut at = self.random.rng.below(all);
            let found = v.runnable.iter().copied().find(|&who| {
                let w = weight(who);
                let here = at < w;
                at = at.wrapping_sub(w);
                here
            });
            found.unwrap_or(v.usual)
        }
    }
}

/// The lists of drivers that have done their schedule, for the next ones: so that a schedule allocates nothing.
#[derive(Debug, Default)]
pub(crate) struct Spare {
    numbers: Vec<u64>,
    more: Vec<u64>,
    signed: Vec<i64>,
    short: Vec<u32>,
    queue: BinaryHeap<(i64, u32)>,
}

impl Spare {
    /// Takes the lists of a driver that is done.
    pub(crate) fn keep(&mut self, done: Driver) {
        match done {
            Driver::Pct(p) => {
                self.signed = p.priorities;
                self.queue = p.queue;
                self.numbers = p.falls;
            }
            Driver::Pos(p) => self.numbers = p.priorities,
            Driver::Urw(u) => {
                self.short = u.lengths;
                self.more = u.unborn;
            }
            Driver::Follow(_)
            | Driver::Random(_)
            | Driver::Lazy(_)
            | Driver::Keen(_)
            | Driver::Tree(_)
            | Driver::Every(_) => {}
        }
    }

    /// See [`Pct::new`].
    pub(crate) fn pct(&mut self, mut random: Random, depth: usize, length: u64) -> Pct {
        let mut falls = empty(&mut self.numbers);
        // More than there are steps would be as many as all.
        let most = usize::try_from(length).unwrap_or(usize::MAX);
        falls.extend(
            (1..depth.min(most.saturating_add(1)))
                .map(|_| 1 + random.rng.below(length.max(1) as usize) as u64),
        );
        falls.sort_unstable_by(|a, b| b.cmp(a));
        let mut queue = std::mem::take(&mut self.queue);
        queue.clear();
        Pct {
            random,
            ranks: Ranks::Drawn,
            priorities: empty(&mut self.signed),
            queue,
            falls,
            low: 0,
            high: i64::MAX / 2,
        }
    }

    pub(crate) fn pos(&mut self, random: Random) -> Pos {
        Pos {
            random,
            priorities: empty(&mut self.numbers),
            given_way: 0,
            done: None,
        }
    }

    /// `lengths`: how many steps each goroutine had before, main first.
    pub(crate) fn urw(&mut self, random: Random, before: &[u32]) -> Urw {
        let (mut lengths, mut unborn) = (empty(&mut self.short), empty(&mut self.more));
        lengths.extend_from_slice(before);
        unborn.resize(before.len() + 1, 0);
        for (i, &n) in before.iter().enumerate().rev() {
            unborn[i] = unborn[i + 1] + u64::from(n);
        }
        Urw {
            random,
            lengths,
            unborn,
        }
    }
}

/// A list that was kept, without what was in it.
fn empty<T>(kept: &mut Vec<T>) -> Vec<T> {
    let mut list = std::mem::take(kept);
    list.clear();
    list
}

impl Driver {
    /// Whether it decides by itself: no plan is followed, no tree searched.
    pub(super) fn is_free(&self) -> bool {
        !matches!(
            self,
            Driver::Follow(_) | Driver::Keen(_) | Driver::Tree(_) | Driver::Every(_)
        )
    }

    /// Whether it is to be asked where only one can run.
    pub(super) fn asked_alone(&self) -> Asked {
        match self {
            Driver::Follow(_) | Driver::Tree(_) | Driver::Every(_) => Asked::Always,
            Driver::Keen(_) => Asked::Never,
            Driver::Random(r)
            | Driver::Lazy(r)
            | Driver::Pct(Pct { random: r, .. })
            | Driver::Pos(Pos { random: r, .. })
            | Driver::Urw(Urw { random: r, .. }) => {
                if r.hasty_clock {
                    Asked::WithATimer
                } else {
                    Asked::Never
                }
            }
        }
    }

    /// Who goes on, or the clock.
    pub(super) fn next(&mut self, v: &View<'_>) -> u32 {
        match self {
            Driver::Follow(f) => return f.next(v),
            Driver::Keen(k) => return if v.starved { v.usual } else { k.next(v) },
            Driver::Tree(t) => return t.next(v),
            Driver::Every(_) => unreachable!("asked in `visit`"),
            Driver::Pct(p) => p.notice(v.fresh),
            Driver::Random(_) | Driver::Lazy(_) | Driver::Pos(_) | Driver::Urw(_) => {}
        }
        if v.starved {
            if let Driver::Pct(p) = self {
                if v.current != NOBODY {
                    p.fall(v.current);
                }
                p.rise(v.usual);
            }
            return v.usual;
        }
        if v.timer && self.lets_the_clock_win() {
            return CLOCK;
        }
        match self {
            Driver::Pct(p) => p.next(v),
            Driver::Pos(p) => p.next(v),
            Driver::Urw(u) => u.next(v),
            Driver::Lazy(r) => r.seldom(v.runnable, v.current, v.why),
            Driver::Random(r) => r.draw(v.runnable, v.current, v.why),
            Driver::Follow(_) | Driver::Keen(_) | Driver::Tree(_) | Driver::Every(_) => {
                unreachable!("answered above")
            }
        }
    }

    /// A timer is set: whether it wins against those who can run.
    fn lets_the_clock_win(&mut self) -> bool {
        match self {
            Driver::Random(r)
            | Driver::Lazy(r)
            | Driver::Pct(Pct { random: r, .. })
            | Driver::Pos(Pos { random: r, .. })
            | Driver::Urw(Urw { random: r, .. }) => r.hasty_clock && r.rng.one_in(HASTE),
            Driver::Follow(_) | Driver::Keen(_) | Driver::Tree(_) | Driver::Every(_) => false,
        }
    }

    /// One of `n`, which is at least 1.
    pub(super) fn choose(&mut self, n: usize) -> usize {
        match self {
            Driver::Follow(f) => f.choose(n),
            Driver::Keen(_) => 0,
            Driver::Tree(t) => t.branch(n),
            Driver::Every(e) => e.choose(n),
            Driver::Random(r)
            | Driver::Lazy(r)
            | Driver::Pct(Pct { random: r, .. })
            | Driver::Pos(Pos { random: r, .. })
            | Driver::Urw(Urw { random: r, .. }) => r.rng.below(n),
        }
    }
}

impl Random {
    /// The numbers of schedule `index` under `seed`.
    pub(crate) fn new(seed: u64, index: u64, hasty_clock: bool) -> Random {
        Random {
            rng: Rng::new(seed, index),
            hasty_clock,
            stubborn: if hasty_clock { STUBBORN } else { 0 },
        }
    }

    #[inline]
    pub(super) fn draw(&mut self, runnable: &[u32], current: u32, why: Why) -> u32 {
        let n = runnable.len();
        if n == 1 {
            return runnable[0];
        }
        let mut who = runnable[self.rng.below(n)];
        // Who gives way is not drawn again at once.
        while why == Why::Yield && who == current {
            who = runnable[self.rng.below(n)];
        }
        who
    }

    /// Seldom another one than who has it.
    #[inline]
    fn seldom(&mut self, runnable: &[u32], current: u32, why: Why) -> u32 {
        if why == Why::Yield && self.stubborn > 0 {
            self.stubborn -= 1;
            current
        } else if why == Why::Point && !self.rng.one_in(LAZY) {
            current
        } else {
            self.draw(runnable, current, why)
        }
    }
}
