//! The scheduler as a trace tells it, event by event: who holds which P, who runs, and who stands in which queue.
//!
//! Nothing is guessed. What the events do not tell is not there: which thread the netpoller blocks, which goroutine a
//! thread that looks for work has in mind, timers that no goroutine sleeps for. Events of different threads stand in the
//! order of the clock, so two that happen within some hundred nanoseconds may stand the other way round.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::time::Duration;

use super::event::{Event, Waker, What};

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
                self.procs = n;
                self.grow(n);
            }
            What::ProcStart => {
                let (p, m) = (e.p?, e.m?);
                self.grow(p + 1);
                self.ps[p].m = Some(m);
                self.ms.entry(m).or_default().p = Some(p);
            }
            What::ProcStop => {
                let (p, m) = (e.p?, e.m?);
                self.grow(p + 1);
                self.ps[p].m = None;
                self.ms.entry(m).or_default().p = None;
            }
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
            What::ThreadEnd => _ = self.ms.remove(&e.m?)?,
            What::Timer { g, when } => {
                self.gs.get_mut(&g)?.until = Some(when);
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

/// `G2 G3 G4`, or the first ones and how many there are; `—` for nobody.
fn list(gs: impl ExactSizeIterator<Item = u64>) -> String {
    const MOST: usize = 10;
    let n = gs.len();
    if n == 0 {
        return "—".to_string();
    }
    let shown: Vec<String> = gs.take(MOST).map(|g| format!("G{g}")).collect();
    let more = n - shown.len();
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    shown.join(" ") + &more
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
        let idle = self
            .ms
            .iter()
            .filter(|(_, t)| t.p.is_none() && t.g.is_none());
        let idle: Vec<String> = idle.map(|(m, _)| format!("M{m}")).collect();
        if !idle.is_empty() {
            writeln!(f, "idle threads: {}", idle.join(" "))?;
        }
        let mut waiting = self.waiting();
        if let Some(gs) = waiting.remove("IO wait") {
            writeln!(f, "netpoller: {}", list(gs.into_iter()))?;
        }
        let sleeping = self.sleeping();
        if !sleeping.is_empty() {
            let shown = sleeping.iter().take(6);
            let shown: Vec<String> = shown
                .map(|(when, g)| format!("G{g} at {:.3} ms", when.as_secs_f64() * 1000.0))
                .collect();
            let more = sleeping.len() - shown.len();
            let more = if more > 0 {
                format!(" and {more} more")
            } else {
                String::new()
            };
            writeln!(f, "timers: {}{more}", shown.join(", "))?;
            waiting.remove("sleep");
        }
        for (reason, gs) in waiting {
            writeln!(f, "{reason}: {}", list(gs.into_iter()))?;
        }
        Ok(())
    }
}
