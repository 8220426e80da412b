//! The exploration: runs schedules, judges each, keeps the best failing one.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::options::Strategy;
use super::turned::{DOUBTS, Turned};
use super::{Kind, notes};
use crate::lab::{
    COUNT, Counts, Driver, Every, Exploration, Follow, Keen, Outcome, Pct, Plan, Random, Ranks,
    Setup, Spare, Verdict,
};

/// Starts one schedule of the program.
pub(super) type Launch<'a> = dyn FnMut(&mut Exploration, Setup) + 'a;

/// What counts as a failure, and how long a schedule may be.
pub(super) struct Rules<'a> {
    pub(super) max_steps: u64,
    pub(super) races: bool,
    pub(super) leaks: bool,
    /// Whether chance decides in the end where some go on in step for ever: else that is no progress.
    pub(super) helps: bool,
    pub(super) expect: Option<&'a dyn Fn(&str) -> bool>,
}

/// What is explored.
pub(super) struct Task<'a> {
    pub(super) schedules: usize,
    pub(super) seed: u64,
    pub(super) strategy: Strategy,
    pub(super) first: &'a [Plan],
    /// No new schedule after this moment, once some have been tried.
    pub(super) until: Option<Instant>,
    /// Told how many schedules have run.
    pub(super) progress: Option<&'a AtomicUsize>,
}

/// One that runs schedules under rules.
pub(super) struct Runner<'a> {
    pub(super) x: Exploration,
    pub(super) launch: &'a mut Launch<'a>,
    pub(super) rules: Rules<'a>,
    /// Steps of all schedules so far.
    pub(super) steps: u64,
    /// How long the system was waited for in them, at most.
    pub(super) outside: Duration,
}

/// A failing schedule.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) kind: Kind,
    pub(super) plan: Plan,
    pub(super) cost: Cost,
    /// Which schedule it was, from 1.
    pub(super) index: usize,
    pub(super) fingerprint: u64,
}

/// What makes one failing schedule better to read than another: less is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cost {
    pub(super) rank: u8,
    pub(super) preemptions: usize,
    pub(super) steps: u64,
    pub(super) length: usize,
}

/// What came of an exploration.
#[derive(Debug)]
pub(super) struct Tally {
    pub(super) ran: usize,
    pub(super) distinct: usize,
    /// Schedules that failed; those that only had a race count when nothing else failed.
    pub(super) failed: usize,
    /// Of these, the ones that came to no end.
    endless: usize,
    pub(super) exhausted: bool,
    pub(super) raced: usize,
    /// Of schedules in which a send and a close race and nothing else fails: how many, and the first ones.
    pub(super) doubted: usize,
    pub(super) doubtful: Vec<(Found, Turned)>,
    pub(super) found: Option<Found>,
    /// The first schedule of all, if it passed.
    pub(super) passed_first: Option<Plan>,
    pub(super) least: Counts,
    pub(super) most: Counts,
    /// In how many schedules somebody waited in the middle of its unwinding, and where first.
    pub(super) unwound: Option<(usize, &'static std::panic::Location<'static>)>,
    /// Locks taken in two orders: said when nothing proves it.
    pub(super) inverted: Option<String>,
    /// Schedules that came to no end until it was left to chance who comes next.
    in_step: usize,
}

/// How Go's panics begin that an `add` unordered with a `wait` may come to.
const MISUSE: &str = "sync: WaitGroup ";
/// Once something was found, an exploration ends after so many steps: programs that make no progress are slow.
const PATIENCE: u64 = 20_000_000;
/// And after so many more than until it is known how the program ends in failure: then only a shorter schedule can come,
/// and a library that is built without optimisation makes some 300,000 steps a second.
const ENOUGH: u64 = 5_000_000;
/// Where this many schedules came to no end, and none to one, others are only looked at for so many steps each, in case they
/// fail in another way. That many of them, and it is enough.
const ENDLESS: usize = 2;
const GLIMPSE: u64 = 50_000;
const GLIMPSES: usize = 3 * TURNS;
/// Once schedules are known that go on for ever in step, others are helped after so many steps, or four times as many as
/// the longest has that was not.
const SETTLED: u64 = 10_000;
/// The same where the system was waited for so long, and where that is so long that nothing more is tried at all.
pub(super) const OUTSIDE: Duration = Duration::from_secs(2);
const MOST_OUTSIDE: Duration = Duration::from_secs(20);
/// The memory of the process, in bytes, may grow by so much once something was found, and by so much in any case.
const GROWN: u64 = 200 << 20;
const MOST_GROWN: u64 = 2 << 30;
/// At least so many schedules are tried however short the time is.
const AT_LEAST: usize = 20;
/// How often the time is looked at: every so many schedules.
const LOOK: usize = 16;

impl Kind {
    /// How much a failure teaches, less is more: a race is said when nothing else failed.
    pub(super) fn rank(self) -> u8 {
        match self {
            Kind::Panic | Kind::Fatal | Kind::Deadlock | Kind::Output => 0,
            Kind::Leak => 1,
            Kind::StepLimit => 2,
            Kind::Race => 3,
            Kind::Nondeterminism => 4,
        }
    }

    /// Whether it is how a schedule ended, and not what it ran into on its way, or that it came to no end.
    fn is_an_end(self) -> bool {
        self.rank() < Kind::StepLimit.rank()
    }
}

impl Rules<'_> {
    /// Whether, and as what, a schedule failed.
    pub(super) fn judge(&self, o: &Outcome<'_>) -> Option<Kind> {
        let ended = match o.verdict() {
            // The panic comes in few schedules, what leads to it in most.
            Verdict::Panic { text, .. } if text.starts_with(MISUSE) && o.races_for_a_group() => {
                Some(Kind::Race)
            }
            Verdict::Panic { .. } => Some(Kind::Panic),
            Verdict::Fatal { .. } => Some(Kind::Fatal),
            Verdict::Deadlock { .. } if !o.main_returned() || self.leaks => Some(Kind::Deadlock),
            // Who is still busy after main has returned is a leak of a kind.
            Verdict::StepLimit if !o.main_returned() || self.leaks => Some(Kind::StepLimit),
            Verdict::StepLimit | Verdict::Deadlock { .. } | Verdict::Passed | Verdict::Leak => None,
        };
        ended
            .or_else(|| {
                let wrong = self.expect.is_some_and(|e| !e(o.output()));
                wrong.then_some(Kind::Output)
            })
            .or_else(|| {
                let leaked = self.leaks && matches!(o.verdict(), Verdict::Leak);
                leaked.then_some(Kind::Leak)
            })
            .or_else(|| o.race().map(|_| Kind::Race))
    }
}

impl<'a> Runner<'a> {
    pub(super) fn new(
        x: Exploration,
        launch: &'a mut dyn FnMut(&mut Exploration, Setup),
        rules: Rules<'a>,
    ) -> Self {
        Runner {
            x,
            launch,
            rules,
            steps: 0,
            outside: Duration::ZERO,
        }
    }

    /// Runs one schedule. What it left is in `self.x.result()`.
    pub(super) fn run(&mut self, driver: Driver, recording: bool) -> Option<Kind> {
        let setup = self.setup(driver);
        self.run_so(Setup { recording, ..setup })
    }

    /// A schedule under the rules, with nothing special about it.
    pub(super) fn setup(&self, driver: Driver) -> Setup {
        Setup {
            driver,
            max_steps: self.rules.max_steps,
            relents: u64::MAX,
            races: self.rules.races,
            provoking: false,
            recording: false,
            asking: None,
        }
    }

    fn run_so(&mut self, setup: Setup) -> Option<Kind> {
        (self.launch)(&mut self.x, setup);
        let o = self.x.result();
        self.steps += o.steps();
        self.outside += o.outside();
        self.rules.judge(&o)
    }

    /// What the last schedule, which failed as `kind`, costs to read.
    pub(super) fn cost(&self, kind: Kind) -> Cost {
        let o = self.x.result();
        Cost {
            rank: kind.rank(),
            preemptions: o.recorded().preemptions,
            steps: o.steps(),
            length: 0,
        }
    }

    /// Tries the schedules of a task.
    pub(super) fn explore(&mut self, task: &Task<'_>) -> Tally {
        let mut t = Tally::new();
        let mut seen = Seen::default();
        let mut longest = Lengths::default();
        for plan in task.first {
            if t.ran < task.schedules {
                let kind = self.run(Driver::Follow(Follow::new(plan.clone())), false);
                self.count(&mut t, &mut seen, &mut longest, kind);
                task.tell(t.ran);
            }
        }
        let mut every = None;
        let mut interleavings = None;
        let mut visits = Visits::of(task);
        let mut spare = Spare::default();
        let mut index = 0;
        let mut leaked = Leaked::default();
        let mut enough = PATIENCE;
        let mut glimpses = 0;
        while t.ran < task.schedules {
            if t.found.as_ref().is_some_and(|f| f.kind.is_an_end()) {
                enough = enough.min(self.steps + ENOUGH);
            }
            // All strategies had their turns, and under none of them it ends.
            let endless = t.ran >= WARM && t.failed == t.ran && self.steps > ENOUGH;
            let glimpse = t.ran >= ENDLESS && t.endless == t.ran && !visits.only;
            let long = self.steps > enough || endless || self.outside > OUTSIDE;
            let long = long || glimpse && glimpses == GLIMPSES;
            if t.found.is_some() && long || self.outside > MOST_OUTSIDE {
                break;
            }
            if t.ran >= task.first.len() + AT_LEAST
                && t.ran.is_multiple_of(LOOK)
                && task.until.is_some_and(|until| Instant::now() >= until)
            {
                break;
            }
            // Locks taken in two orders, and nothing failed: in some schedules those who have one lock and want another
            // are kept waiting until nobody else can run.
            let provoking = t.inverted.is_some()
                && t.found.is_none()
                && index % PROVOKE == 0
                && matches!(task.strategy, Strategy::Portfolio | Strategy::Random);
            if visits.begin_at == Some(index) {
                visits.begin_at = None;
                every = Some(Box::new(Every::new()));
            }
            // The others go on meanwhile: where there are too many interleavings, a mistake does not wait for that to show.
            let visit = every.is_some() && (visits.only || !t.ran.is_multiple_of(BETWEEN));
            let driver = match every.take_if(|_| visit) {
                Some(every) => Driver::Every(every),
                None if provoking => Driver::Random(Random::new(task.seed, index as u64, false)),
                None => driver(task.strategy, task.seed, index, &longest, &mut spare),
            };
            let whole = self.rules.max_steps;
            let max_steps = match &driver {
                Driver::Every(_) => whole,
                _ if glimpse => whole.min(GLIMPSE),
                _ => whole,
            };
            let relents = match &driver {
                Driver::Every(_) => u64::MAX,
                _ if !self.rules.helps => u64::MAX,
                _ if t.in_step == 0 => max_steps / 2,
                _ => (4 * longest.settled).clamp(SETTLED, whole / 2),
            };
            let kind = self.run_so(Setup {
                provoking,
                max_steps,
                relents,
                ..self.setup(driver)
            });
            let cut = max_steps < whole && kind == Some(Kind::StepLimit);
            match self.x.take_driver() {
                Driver::Every(mut visited) => {
                    if visited.counts() {
                        self.count(&mut t, &mut seen, &mut longest, kind);
                    }
                    visits.left -= 1;
                    if visited.another() {
                        every = Some(visited).filter(|_| visits.left > 0);
                    } else if !visited.gave_up() {
                        t.exhausted = true;
                        interleavings = Some(visited.found);
                        break;
                    }
                }
                done => {
                    spare.keep(done);
                    index += 1;
                    if cut {
                        // Nobody knows how it would have gone on.
                        glimpses += 1;
                    } else {
                        self.count(&mut t, &mut seen, &mut longest, kind);
                    }
                }
            }
            task.tell(t.ran);
            let most = t.found.as_ref().map_or(MOST_GROWN, |_| GROWN);
            if self.x.result().leaves_somebody() && leaked.another() > most {
                break;
            }
        }
        self.settle_doubts(&mut t);
        t.distinct = interleavings.unwrap_or(seen.len());
        if t.failed == 0 {
            t.failed = t.raced;
        }
        t
    }

    fn count(&self, t: &mut Tally, seen: &mut Seen, longest: &mut Lengths, kind: Option<Kind>) {
        let o = self.x.result();
        t.ran += 1;
        if t.ran == 1 && kind.is_none() {
            t.passed_first = Some(o.plan());
        }
        let fingerprint = o.fingerprint();
        seen.insert(fingerprint);
        longest.learn(&o);
        t.in_step += usize::from(o.relented() && *o.verdict() != Verdict::StepLimit);
        for (i, &now) in o.counts().0.iter().enumerate() {
            t.least.0[i] = t.least.0[i].min(now);
            t.most.0[i] = t.most.0[i].max(now);
        }
        if let Some(at) = o.unwound_at() {
            let (n, first) = t.unwound.unwrap_or((0, at));
            t.unwound = Some((n + 1, first));
        }
        if t.inverted.is_none() {
            t.inverted = notes::inverted(&o);
        }
        let Some(kind) = kind else { return };
        let found = || Found {
            kind,
            plan: o.plan(),
            cost: Cost {
                rank: kind.rank(),
                preemptions: o.recorded().preemptions,
                steps: o.steps(),
                length: 0,
            },
            index: t.ran,
            fingerprint,
        };
        if kind == Kind::Race
            && let Some(turned) = Turned::of(&o)
        {
            t.doubted += 1;
            if t.doubtful.len() < DOUBTS {
                t.doubtful.push((found(), turned));
            }
            return;
        }
        let found = found();
        t.endless += usize::from(kind == Kind::StepLimit);
        if kind == Kind::Race {
            t.raced += 1;
        } else {
            t.failed += 1;
        }
        t.keep(found);
    }
}

impl Task<'_> {
    fn tell(&self, ran: usize) {
        if let Some(p) = self.progress {
            p.store(ran, Ordering::Relaxed);
        }
    }
}

impl Tally {
    /// Keeps a failing schedule, if it is the best to read.
    pub(super) fn keep(&mut self, found: Found) {
        let known = self.found.as_ref();
        if known.is_none_or(|f| found.cost < f.cost) {
            // The number that is told is the first one's: that is how long it took.
            let first = known.filter(|f| f.cost.rank == found.cost.rank);
            let index = first.map_or(found.index, |f| f.index.min(found.index));
            self.found = Some(Found { index, ..found });
        }
    }

    /// What is said beside a failure of this kind, or beside none.
    pub(super) fn notes(&self, kind: Option<Kind>) -> Vec<String> {
        // A deadlock is told with its own locks.
        let new = kind != Some(Kind::Deadlock);
        let means = notes::what_inverted_locks_mean(self.exhausted);
        let inverted = self.inverted.iter().filter(|_| new);
        let inverted = inverted.map(|which| format!("{which}{means}"));
        let in_step = Some(self.in_step).filter(|&n| n > 0).map(notes::in_step);
        inverted
            .chain(self.unwound.map(notes::unwound))
            .chain(in_step)
            .collect()
    }

    fn new() -> Tally {
        Tally {
            ran: 0,
            distinct: 0,
            failed: 0,
            endless: 0,
            exhausted: false,
            raced: 0,
            doubted: 0,
            doubtful: Vec::new(),
            found: None,
            passed_first: None,
            least: Counts([u32::MAX; COUNT]),
            most: Counts::ZERO,
            unwound: None,
            inverted: None,
            in_step: 0,
        }
    }
}

/// When, and for how long, it is tried to visit every interleaving.
#[derive(Debug)]
struct Visits {
    /// After so many schedules of the rotation: they find most mistakes, and show what a program does besides.
    begin_at: Option<usize>,
    left: usize,
    /// Nothing else is tried meanwhile.
    only: bool,
}

impl Visits {
    fn of(task: &Task<'_>) -> Visits {
        let (begin_at, left) = match task.strategy {
            Strategy::Exhaustive => (Some(0), usize::MAX),
            Strategy::Portfolio => {
                let begin = WARM.min(task.schedules / 4).max(PLAIN);
                (Some(begin), (task.schedules / 10).max(VISITS))
            }
            Strategy::Random
            | Strategy::Pct { .. }
            | Strategy::Pos
            | Strategy::Urw
            | Strategy::Lazy => (None, 0),
        };
        Visits {
            begin_at,
            left,
            only: task.strategy == Strategy::Exhaustive,
        }
    }
}

/// How long schedules have been so far: what a strategy spreads its decisions over.
#[derive(Debug)]
struct Lengths {
    /// Steps of the longest schedule.
    steps: u64,
    /// Of the longest that came to its end without being helped.
    settled: u64,
    /// By goroutine, main first: most operations in one schedule.
    each: Vec<u32>,
}

impl Default for Lengths {
    fn default() -> Self {
        Lengths {
            steps: 16,
            settled: 0,
            each: Vec::new(),
        }
    }
}

impl Lengths {
    fn learn(&mut self, o: &Outcome<'_>) {
        self.steps = self.steps.max(o.steps());
        if !o.relented() {
            self.settled = self.settled.max(o.steps());
        }
        for (i, n) in o.lengths().enumerate() {
            match self.each.get_mut(i) {
                Some(most) => *most = n.max(*most),
                None => self.each.push(n),
            }
        }
    }
}

/// The driver of schedule `index`.
fn driver(
    strategy: Strategy,
    seed: u64,
    index: usize,
    longest: &Lengths,
    spare: &mut Spare,
) -> Driver {
    let random = |hasty| Random::new(seed, index as u64, hasty);
    let mut pct = |hasty, depth| Driver::Pct(spare.pct(random(hasty), depth, longest.steps));
    // In a quarter of the schedules a timer may win against work that is ready.
    let quarter = index % 4 == 3;
    match strategy {
        Strategy::Random => Driver::Random(random(quarter)),
        Strategy::Pct { depth } => pct(quarter, depth.max(1)),
        Strategy::Pos => Driver::Pos(spare.pos(random(quarter))),
        Strategy::Urw => Driver::Urw(spare.urw(random(quarter), &longest.each)),
        Strategy::Lazy => Driver::Lazy(random(quarter)),
        Strategy::Portfolio | Strategy::Exhaustive => {
            // The plain schedules first.
            let i = match index {
                0 => return Driver::Keen(Keen::new(false)),
                1 => return Driver::Keen(Keen::new(true)),
                2 => return Driver::Pct(Pct::plain(random(false), Ranks::Youngest)),
                3 => return Driver::Pct(Pct::plain(random(false), Ranks::InStep)),
                4 => return Driver::Follow(Follow::new(Plan::default())),
                _ => index - PLAIN,
            };
            let hasty = (i / TURNS) % 4 == 3;
            match i % TURNS {
                0 => Driver::Urw(spare.urw(random(hasty), &longest.each)),
                1 => pct(hasty, 1),
                2 | 6 => Driver::Pos(spare.pos(random(hasty))),
                3 => pct(hasty, 2),
                4 => Driver::Lazy(random(hasty)),
                5 => pct(hasty, 3),
                _ => Driver::Random(random(hasty)),
            }
        }
    }
}

/// What schedules leak that leave somebody behind: what those own who never go on is leaked with them.
#[derive(Default)]
struct Leaked {
    /// Such schedules so far.
    schedules: usize,
    /// What the process had after the first, in bytes, and how much more when it was last looked.
    first: u64,
    more: u64,
}

impl Leaked {
    /// So many of them come between two looks: one costs as much as some ten schedules.
    const OFTEN: usize = 64;

    /// One more: how many bytes all of them have leaked, as far as is known.
    fn another(&mut self) -> u64 {
        match self.schedules {
            0 => self.first = resident(),
            n if n.is_multiple_of(Leaked::OFTEN) => {
                self.more = resident().saturating_sub(self.first);
            }
            _ => {}
        }
        self.schedules += 1;
        self.more
    }
}

/// Bytes of memory that this process has; 0 where the system does not say.
fn resident() -> u64 {
    let kib = std::fs::read_to_string("/proc/self/status")
        .ok()
        .and_then(|s| {
            let line = s.lines().find_map(|l| l.strip_prefix("VmRSS:"))?;
            line.split_whitespace().next()?.parse::<u64>().ok()
        });
    kib.unwrap_or(0) << 10
}

/// How many strategies take turns in a portfolio.
const TURNS: usize = 8;
/// How many plain schedules come first.
const PLAIN: usize = 5;
/// The plain schedules, and each strategy eight times.
const WARM: usize = PLAIN + 8 * TURNS;
/// At least so many schedules are spent on visiting every interleaving before it is given up: a tenth, where that is more.
const VISITS: usize = 1_000;
/// While all are visited, one schedule of so many is of another strategy.
const BETWEEN: usize = 4;
/// One schedule of so many looks for a deadlock, once there is reason to.
const PROVOKE: usize = 4;

/// Fingerprints are random numbers already.
#[derive(Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for &b in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(b);
        }
    }
    fn write_u64(&mut self, n: u64) {
        self.0 = n;
    }
}

type Seen = HashSet<u64, BuildHasherDefault<AsItIs>>;
