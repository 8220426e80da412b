//! The scheduler as a trace tells it, event by event: who holds which P, who runs, who stands in which queue, which Ps and
//! threads are idle, who sleeps in the netpoller, and how many timers each P has.
//!
//! Nothing is guessed. What the events do not tell is not there: which goroutine a thread that looks for work has in mind,
//! which descriptor somebody waits for, and of a P's timers, those of sleeping goroutines apart, more than how many there
//! are and when the first is due. Events of different threads stand in the order of the clock, so two that happen within
//! some hundred nanoseconds may stand the other way round; not so where a lock orders them, as it does the idle lists and
//! each P's timers.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::time::Duration;

use super::event::{Event, Timing, Waker, What, moment};

/// What an event was to the machine.
///
/// ```
/// use goroutines::trace::Kind;
///
/// assert_ne!(Kind::Switch, Kind::Steal);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// A goroutine begins to run, or goes on.
    Switch,
    /// A P goes to another thread, because its own is in a blocking call.
    HandOff,
    /// A P takes goroutines from another one's queue.
    Steal,
    /// A goroutine is made to give way.
    Preemption,
    /// Something else that moves somebody.
    Other,
}

/// Where a goroutine is.
///
/// ```
/// use goroutines::trace::Spot;
///
/// assert_ne!(Spot::Next(0), Spot::Queue(0));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Spot {
    /// It runs on this M.
    Running(usize),
    /// It is in a blocking call, on this M.
    Call(usize),
    /// It is the one that runs next on this P: `runnext`.
    Next(usize),
    /// It is in the queue of this P.
    Queue(usize),
    /// It is in the global queue.
    Global,
    /// It can run, and is in the hands of this M, which will run it or queue it.
    Found(usize),
    /// It waits, in Go's words.
    Waits(&'static str),
}

/// A thread.
///
/// ```
/// use goroutines::trace::{Machine, Sink};
///
/// let sink = Sink::new();
/// goroutines::Builder::new().procs(1).trace(sink.clone()).run(|| ());
/// let mut machine = Machine::new();
/// for event in sink.take().events() {
///     machine.step(event);
/// }
/// assert!(!machine.ms().is_empty());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Thread {
    /// The P that it holds.
    pub p: Option<usize>,
    /// The goroutine that it runs, or that it stays with.
    pub g: Option<u64>,
    /// Its goroutine is in a blocking call that was announced, or that was seen.
    pub call: bool,
    /// It waits for its goroutine's turn, and runs nobody else.
    pub stays: bool,
    /// It is one of the idle ones, and sleeps.
    pub sleeps: bool,
    /// It does so in the netpoller.
    pub polls: bool,
    /// When it wakes by itself, if it does: the first timer is due then, or a deadline of the netpoller's.
    pub until: Option<Duration>,
}

/// A P.
///
/// ```
/// use goroutines::prelude::*;
/// use goroutines::trace::{Machine, Sink};
///
/// let sink = Sink::new();
/// Builder::new().procs(1).trace(sink.clone()).run(|| {
///     for _ in 0..3 {
///         go!({});
///     }
/// });
/// let mut machine = Machine::new();
/// let trace = sink.take();
/// let full = trace.events().iter().find_map(|event| {
///     machine.step(event);
///     let p = machine.ps().first()?;
///     (p.queue.len() == 2).then(|| p.clone())
/// });
/// assert_eq!(full.unwrap().next, Some(4));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Proc {
    /// The M that holds it.
    pub m: Option<usize>,
    /// Who runs next: `runnext`.
    pub next: Option<u64>,
    /// Its queue, first to run first.
    pub queue: VecDeque<u64>,
}

/// The timers of a P.
///
/// ```
/// use goroutines::prelude::*;
/// use goroutines::trace::{Machine, Sink};
/// use time::Duration;
///
/// let sink = Sink::new();
/// Builder::new().procs(1).trace(sink.clone()).run(|| {
///     for seconds in [30, 20] {
///         time::after_func(Duration::from_secs(seconds), || ());
///     }
/// });
/// let mut machine = Machine::new();
/// sink.take().events().iter().for_each(|e| _ = machine.step(e));
/// let of_p0 = machine.timers()[&0];
/// assert_eq!(of_p0.len, 2);
/// assert!(of_p0.first < Duration::from_secs(25));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timers {
    /// How many are set: of goroutines that sleep, of functions, of deadlines, and of channels that somebody waits on.
    pub len: usize,
    /// When the first of them is due, since the trace began.
    pub first: Duration,
}

/// A goroutine.
#[derive(Clone, Copy, Debug)]
struct Member {
    spot: Spot,
    /// When it wakes, if it sleeps.
    until: Option<Duration>,
}

/// The scheduler at one moment of a trace.
///
/// ```
/// use goroutines::prelude::*;
/// use goroutines::trace::{Kind, Machine, Sink};
///
/// let sink = Sink::new();
/// Builder::new().procs(1).trace(sink.clone()).run(|| {
///     let wg = WaitGroup::new();
///     wg.go(|| {});
///     wg.wait();
/// });
/// let mut machine = Machine::new();
/// let trace = sink.take();
/// let switches = trace.events().iter().filter(|e| machine.step(e) == Some(Kind::Switch));
/// assert_eq!(switches.count(), 3, "main, the other, and main again");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Machine {
    procs: usize,
    ps: Vec<Proc>,
    ms: BTreeMap<usize, Thread>,
    global: VecDeque<u64>,
    gs: BTreeMap<u64, Member>,
    /// Who is taken last stands first.
    idle_ps: Vec<usize>,
    idle_ms: Vec<usize>,
    timers: BTreeMap<usize, Timers>,
    /// A timer was told of, so that there is none is worth a line.
    has_timers: bool,
    /// The M whose P is taken from it at this moment.
    loses: Option<usize>,
}

impl Machine {
    /// Before the first event.
    ///
    /// ```
    /// assert!(goroutines::trace::Machine::new().ps().is_empty());
    /// ```
    pub fn new() -> Machine {
        Machine::default()
    }

    /// The Ps that there are, by number.
    ///
    /// ```
    /// use goroutines::trace::{Machine, Sink};
    ///
    /// let sink = Sink::new();
    /// goroutines::Builder::new().procs(3).trace(sink.clone()).run(|| ());
    /// let mut machine = Machine::new();
    /// sink.take().events().iter().for_each(|e| _ = machine.step(e));
    /// assert_eq!(machine.ps().len(), 3);
    /// ```
    pub fn ps(&self) -> &[Proc] {
        &self.ps[..self.procs.min(self.ps.len())]
    }

    /// The threads that have ever held a P and have not ended, by number.
    ///
    /// ```
    /// assert!(goroutines::trace::Machine::new().ms().is_empty());
    /// ```
    pub fn ms(&self) -> &BTreeMap<usize, Thread> {
        &self.ms
    }

    /// The global queue, first to run first.
    ///
    /// ```
    /// assert!(goroutines::trace::Machine::new().global().is_empty());
    /// ```
    pub fn global(&self) -> &VecDeque<u64> {
        &self.global
    }

    /// The Ps that nobody holds, in the scheduler's own order: the last one is taken first, unless somebody finds the P
    /// there that it had before.
    ///
    /// ```
    /// use goroutines::trace::{Machine, Sink};
    ///
    /// let sink = Sink::new();
    /// goroutines::Builder::new().procs(3).trace(sink.clone()).run(|| ());
    /// let mut machine = Machine::new();
    /// machine.step(&sink.take().events()[0]);
    /// assert_eq!(machine.idle_ps(), [2, 1, 0]);
    /// ```
    pub fn idle_ps(&self) -> &[usize] {
        &self.idle_ps
    }

    /// The threads that sleep because there is nothing to do, in the scheduler's own order: the last one is called first,
    /// and one that sleeps in the netpoller stands at the front.
    ///
    /// ```
    /// assert!(goroutines::trace::Machine::new().idle_ms().is_empty());
    /// ```
    pub fn idle_ms(&self) -> &[usize] {
        &self.idle_ms
    }

    /// The thread that sleeps in the netpoller, if one does.
    ///
    /// ```
    /// assert_eq!(goroutines::trace::Machine::new().netpoller(), None);
    /// ```
    pub fn netpoller(&self) -> Option<usize> {
        self.ms.iter().find(|(_, m)| m.polls).map(|(m, _)| *m)
    }

    /// The timers of each P that has any, by the P's number. A P that GOMAXPROCS has taken away keeps its timers.
    ///
    /// ```
    /// assert!(goroutines::trace::Machine::new().timers().is_empty());
    /// ```
    pub fn timers(&self) -> &BTreeMap<usize, Timers> {
        &self.timers
    }

    /// The goroutines that wait, by what they wait for, in Go's words: `IO wait` for the netpoller, `sleep` for a timer.
    ///
    /// ```
    /// assert!(goroutines::trace::Machine::new().waiting().is_empty());
    /// ```
    pub fn waiting(&self) -> BTreeMap<&'static str, Vec<u64>> {
        let mut all: BTreeMap<&'static str, Vec<u64>> = BTreeMap::new();
        for (g, member) in &self.gs {
            if let Spot::Waits(reason) = member.spot {
                all.entry(reason).or_default().push(*g);
            }
        }
        all
    }

    /// Who sleeps until when, first to wake first.
    ///
    /// ```
    /// assert!(goroutines::trace::Machine::new().sleeping().is_empty());
    /// ```
    pub fn sleeping(&self) -> Vec<(Duration, u64)> {
        let sleeps = |(g, member): (&u64, &Member)| match member.spot {
            Spot::Waits("sleep") => Some((member.until?, *g)),
            _ => None,
        };
        let mut all: Vec<_> = self.gs.iter().filter_map(sleeps).collect();
        all.sort_unstable();
        all
    }

    /// Where a goroutine is; `None` before it is made and once it has ended.
    ///
    /// ```
    /// assert_eq!(goroutines::trace::Machine::new().spot(1), None);
    /// ```
    pub fn spot(&self, g: u64) -> Option<Spot> {
        self.gs.get(&g).map(|member| member.spot)
    }

    /// Takes the next event in. `None`: nobody and nothing has moved.
    ///
    /// ```
    /// use goroutines::trace::{Machine, Sink};
    ///
    /// let sink = Sink::new();
    /// goroutines::Builder::new().trace(sink.clone()).run(|| ());
    /// let mut machine = Machine::new();
    /// let trace = sink.take();
    /// assert!(trace.events().iter().any(|event| machine.step(event).is_some()));
    /// ```
    pub fn step(&mut self, e: &Event) -> Option<Kind> {
        let mut kind = Kind::Other;
        match e.what {
            What::Procs { n } => {
                self.grow(n);
                let nobodys = (self.procs..n).filter(|p| self.ps[*p].m.is_none());
                if self.procs == 0 {
                    // At the start P0 is to be taken first.
                    self.idle_ps = nobodys.rev().collect();
                } else {
                    self.idle_ps.extend(nobodys);
                }
                self.idle_ps.retain(|p| *p < n);
                self.procs = n;
            }
            What::ProcStart => {
                let (p, m) = (e.p?, e.m?);
                self.grow(p + 1);
                self.ps[p].m = Some(m);
                if let Some(i) = self.idle_ps.iter().position(|idle| *idle == p) {
                    // As the scheduler does it: the last one comes into its place.
                    self.idle_ps.swap_remove(i);
                }
                self.awake(m);
                self.ms.entry(m).or_default().p = Some(p);
            }
            What::ProcStop => {
                let (p, m) = (e.p?, e.m?);
                self.loses = None;
                self.grow(p + 1);
                self.ps[p].m = None;
                self.ms.entry(m).or_default().p = None;
                if p < self.procs {
                    self.idle_ps.push(p);
                }
            }
            What::ThreadSleep { polls, until } => {
                let m = e.m?;
                self.awake(m);
                self.idle_ms
                    .insert(if polls { 0 } else { self.idle_ms.len() }, m);
                let thread = self.ms.entry(m).or_default();
                (thread.sleeps, thread.polls, thread.until) = (true, polls, until);
            }
            What::ThreadWake => self.awake(e.m?),
            What::Create { g, .. } => {
                let member = Member {
                    spot: Spot::Global,
                    until: None,
                };
                self.gs.insert(g, member);
                self.put_first(g, e.p);
            }
            What::Start => {
                kind = Kind::Switch;
                let (g, m) = (e.g?, e.m?);
                if self.spot(g)? == Spot::Running(m) {
                    // It was told twice: by who handed the P over, and by its own thread.
                    return None;
                }
                self.take_out(g);
                let thread = self.ms.entry(m).or_default();
                (thread.g, thread.call, thread.stays) = (Some(g), false, false);
                self.place(g, Spot::Running(m));
            }
            // Back from a call without a P, it is there already.
            What::Yield if self.spot(e.g?)? == Spot::Global => return None,
            What::Yield => self.queue_globally(e.g?),
            What::StandBack => {
                let g = e.g?;
                match e.p {
                    Some(p) => self.queue_at(g, p),
                    None => self.queue_globally(g),
                }
            }
            What::Preempt => {
                kind = Kind::Preemption;
                self.queue_globally(e.g?);
            }
            What::Stay => {
                let (g, m) = (e.g?, e.m?);
                let thread = self.ms.entry(m).or_default();
                (thread.g, thread.call, thread.stays) = (Some(g), false, true);
            }
            What::Block { reason, .. } => {
                let g = e.g?;
                self.let_go(g);
                self.take_out(g);
                self.place(g, Spot::Waits(reason));
            }
            What::End => {
                let g = e.g?;
                self.let_go(g);
                self.take_out(g);
                self.gs.remove(&g)?;
            }
            What::ThreadEnd => {
                self.awake(e.m?);
                self.ms.remove(&e.m?)?;
            }
            What::Timer {
                how,
                g,
                when,
                of,
                len,
                first,
            } => {
                if let (Timing::Set, Some(sleeper)) = (how, self.gs.get_mut(&g)) {
                    sleeper.until = Some(when);
                }
                self.has_timers = true;
                let (of, len) = (of as usize, len as usize);
                match first {
                    Some(first) => _ = self.timers.insert(of, Timers { len, first }),
                    None => _ = self.timers.remove(&of),
                }
            }
            What::Unblock { g, by } => {
                if !matches!(self.spot(g)?, Spot::Waits(_)) {
                    return None;
                }
                match (by, e.p, e.m) {
                    (Waker::Netpoller, Some(p), _) => self.queue_at(g, p),
                    (Waker::Goroutine | Waker::Timer, Some(p), _) => self.put_first(g, Some(p)),
                    (Waker::Netpoller, None, Some(m)) => self.place(g, Spot::Found(m)),
                    _ => self.queue_globally(g),
                }
            }
            What::Steal { g, .. } => {
                kind = Kind::Steal;
                self.take_out(g);
                self.place(g, Spot::Found(e.m?));
            }
            What::Move { g, to: None } if self.spot(g)? == Spot::Global => return None,
            What::Move { g, to } => match to {
                Some(p) => self.queue_at(g, p),
                None => self.queue_globally(g),
            },
            What::SyscallEnter { .. } => {
                let (g, m) = (e.g?, e.m?);
                self.ms.entry(m).or_default().call = true;
                self.place(g, Spot::Call(m));
            }
            What::Retake => {
                kind = Kind::HandOff;
                let (g, m) = (e.g?, e.m?);
                self.loses = Some(m);
                self.ms.entry(m).or_default().call = true;
                self.place(g, Spot::Call(m));
            }
            What::SyscallExit => {
                let g = e.g?;
                match (e.p, e.m) {
                    (Some(_), Some(m)) => {
                        let thread = self.ms.entry(m).or_default();
                        (thread.g, thread.call) = (Some(g), false);
                        self.place(g, Spot::Running(m));
                    }
                    _ => self.queue_globally(g),
                }
            }
            What::Poll { .. }
            | What::Sched { .. }
            | What::Queue { .. }
            | What::Make { .. }
            | What::Op { .. }
            | What::Chan { .. } => return None,
        }
        Some(kind)
    }

    fn grow(&mut self, n: usize) {
        if self.ps.len() < n {
            self.ps.resize(n, Proc::default());
        }
    }

    /// It is none of the idle ones.
    fn awake(&mut self, m: usize) {
        if let Some(thread) = self.ms.get_mut(&m).filter(|m| m.sleeps) {
            (thread.sleeps, thread.polls, thread.until) = (false, false, None);
            self.idle_ms.retain(|idle| *idle != m);
        }
    }

    fn place(&mut self, g: u64, spot: Spot) {
        if let Some(member) = self.gs.get_mut(&g) {
            member.spot = spot;
            if !matches!(spot, Spot::Waits(_)) {
                member.until = None;
            }
        }
    }

    /// It is in no queue any more.
    fn take_out(&mut self, g: u64) {
        match self.spot(g) {
            Some(Spot::Next(p)) => self.ps[p].next = None,
            Some(Spot::Queue(p)) => self.ps[p].queue.retain(|x| *x != g),
            Some(Spot::Global) => self.global.retain(|x| *x != g),
            _ => {}
        }
    }

    /// No thread runs it any more.
    fn let_go(&mut self, g: u64) {
        for thread in self.ms.values_mut() {
            if thread.g == Some(g) && !thread.stays {
                (thread.g, thread.call) = (None, false);
            }
        }
    }

    /// In front of all others of a P, of whom the first goes to the end; or to the global queue.
    fn put_first(&mut self, g: u64, p: Option<usize>) {
        let Some(p) = p else {
            return self.queue_globally(g);
        };
        self.grow(p + 1);
        self.take_out(g);
        if let Some(former) = self.ps[p].next.replace(g) {
            self.ps[p].queue.push_back(former);
            self.place(former, Spot::Queue(p));
        }
        self.place(g, Spot::Next(p));
    }

    fn queue_at(&mut self, g: u64, p: usize) {
        self.grow(p + 1);
        self.let_go(g);
        self.take_out(g);
        self.ps[p].queue.push_back(g);
        self.place(g, Spot::Queue(p));
    }

    fn queue_globally(&mut self, g: u64) {
        self.let_go(g);
        self.take_out(g);
        self.global.push_back(g);
        self.place(g, Spot::Global);
    }
}

/// The first so many of them, and how many there are beside those.
fn first_of(all: impl ExactSizeIterator<Item = String>, most: usize, between: &str) -> String {
    let n = all.len();
    let shown: Vec<String> = all.take(most).collect();
    let more = match n - shown.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    shown.join(between) + &more
}

/// `G2 G3 G4`, or the first ones and how many there are; `—` for nobody.
fn list(gs: impl ExactSizeIterator<Item = u64>) -> String {
    if gs.len() == 0 {
        return "—".to_string();
    }
    first_of(gs.map(|g| format!("G{g}")), 10, " ")
}

impl Machine {
    /// The idle lists, who is to be taken first in front, and the netpoller.
    fn write_idle(&self, f: &mut fmt::Formatter<'_>, io: Option<Vec<u64>>) -> fmt::Result {
        if !self.idle_ps.is_empty() {
            let ps = self.idle_ps.iter().rev().map(|p| format!("P{p}"));
            writeln!(f, "idle Ps: {}", first_of(ps, 10, " "))?;
        }
        let until = |m: usize| match self.ms.get(&m).and_then(|m| m.until) {
            Some(until) => format!(" until {}", moment(until)),
            None => String::new(),
        };
        let poller = self.netpoller();
        if !self.idle_ms.is_empty() {
            let ms = self.idle_ms.iter().rev().map(|&m| match poller {
                Some(poller) if poller == m => format!("M{m} in the netpoller"),
                _ => format!("M{m}{}", until(m)),
            });
            writeln!(f, "idle threads: {}", first_of(ms, 6, ", "))?;
        }
        let awake = self.ms.iter();
        let awake = awake.filter(|(_, m)| m.p.is_none() && m.g.is_none() && !m.sleeps);
        let awake: Vec<String> = awake.map(|(m, _)| format!("M{m}")).collect();
        if !awake.is_empty() {
            writeln!(f, "awake without a P: {}", awake.join(" "))?;
        }
        if poller.is_none() && io.is_none() {
            return Ok(());
        }
        match poller {
            Some(m) => write!(f, "netpoller: M{m} sleeps in it{}", until(m))?,
            None => f.write_str("netpoller: no thread sleeps in it")?,
        }
        match io {
            Some(gs) => writeln!(f, "; IO wait: {}", list(gs.into_iter())),
            None => writeln!(f),
        }
    }
}

/// Lines for people: a row a P, a row for each thread that has a goroutine and no P, and who is nowhere there.
impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, p) in self.ps.iter().enumerate() {
            let thread = p.m.and_then(|m| self.ms.get(&m));
            if i >= self.procs && p.m.is_none() && p.next.is_none() && p.queue.is_empty() {
                continue;
            }
            let what = match (p.m, thread.and_then(|t| t.g)) {
                (Some(m), Some(g)) if self.loses == Some(m) => format!("M{m} loses it with G{g}"),
                (Some(m), Some(g)) if thread.is_some_and(|t| t.call) => {
                    format!("M{m} in a call with G{g}")
                }
                (Some(m), Some(g)) => format!("M{m} runs G{g}"),
                (Some(m), None) => format!("M{m} looks for work"),
                (None, _) => "idle".to_string(),
            };
            let next = p.next.map_or("—".to_string(), |g| format!("G{g}"));
            let queue = list(p.queue.iter().copied());
            writeln!(f, "P{i}  {what:<22}  next {next:<5}  queue {queue}")?;
        }
        for (m, thread) in &self.ms {
            if let (None, Some(g)) = (thread.p, thread.g) {
                let what = if thread.stays {
                    "waits for its turn with"
                } else {
                    "in a blocking call with"
                };
                writeln!(f, "M{m}  {what} G{g}, without a P")?;
            }
        }
        writeln!(f, "global queue: {}", list(self.global.iter().copied()))?;
        let found = self.gs.iter().filter_map(|(g, member)| match member.spot {
            Spot::Found(m) => Some(format!("G{g} (by M{m})")),
            _ => None,
        });
        let found: Vec<String> = found.collect();
        if !found.is_empty() {
            writeln!(f, "just found: {}", found.join(" "))?;
        }
        let mut waiting = self.waiting();
        self.write_idle(f, waiting.remove("IO wait"))?;
        if self.has_timers && self.timers.is_empty() {
            writeln!(f, "timers: none")?;
        }
        for (p, timers) in &self.timers {
            let first = moment(timers.first);
            writeln!(f, "timers of P{p}: {}, the first at {first}", timers.len)?;
        }
        let sleeping = self.sleeping();
        if !sleeping.is_empty() {
            let until = |(when, g): &(Duration, u64)| format!("G{g} until {}", moment(*when));
            let shown = first_of(sleeping.iter().map(until), 6, ", ");
            writeln!(f, "sleep: {shown}")?;
            waiting.remove("sleep");
        }
        for (reason, gs) in waiting {
            writeln!(f, "{reason}: {}", list(gs.into_iter()))?;
        }
        Ok(())
    }
}
