//! The engine: makes goroutines, resumes whom the driver chose, and answers the seam's calls.

use std::cell::{RefCell, RefMut};
use std::io;
use std::os::fd::BorrowedFd;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicU64, Ordering};

use super::clocks::RaceFound;
use super::facts::Counts;
use super::owners::Nested;
use super::plan::Plan;
use super::record::Recorded;
use super::record::{Holding, Made, Record};
use super::state::{NOBODY, State, Verdict, Waiter};
use super::strategy::{Driver, Random, Why};
use crate::coro::{Command, Resumed};
use crate::goroutine::{self, G, Status};
use crate::poller::{Mode, PollDesc};
use crate::primitives::{HOOKS, Lock, Tag};
use crate::seam::{self, Crashed, Hold, Inbox, Newborn, Observer, Op, Scheduler};
use crate::snapshot::{GSnapshot, SchedSnapshot};
use crate::stack::{DEFAULT_MAX_STACK, StackCache, StackPool};
use crate::timers::Heap;
use crate::traceback::{self, Traced};
use crate::{birth, overflow, panics};

/// What one schedule is to be like.
#[derive(Debug)]
pub(crate) struct Setup {
    pub(crate) driver: Driver,
    pub(crate) max_steps: u64,
    pub(crate) races: bool,
    /// Whether those who have one lock and want another are kept waiting for each other.
    pub(crate) provoking: bool,
    /// Whether every step is written down.
    pub(crate) recording: bool,
}

/// Called with what has been printed so far and what will be printed next, where somebody else catches a part of the
/// output.
pub(crate) type Catch = fn(&mut String, &str);

/// What the lab is doing, for a look from another thread.
#[derive(Debug)]
pub(crate) struct Pulse {
    beat: AtomicU64,
    who: AtomicU32,
    at: AtomicPtr<Location<'static>>,
}

impl Pulse {
    pub(super) const fn new() -> Pulse {
        Pulse {
            beat: AtomicU64::new(0),
            who: AtomicU32::new(0),
            at: AtomicPtr::new(std::ptr::null_mut()),
        }
    }

    /// A step is made. Only the lab's own thread writes.
    #[inline]
    pub(super) fn mark(&self, who: u32, at: Option<&'static Location<'static>>) {
        self.beat
            .store(self.beat.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
        self.who.store(who, Ordering::Relaxed);
        let at = at.map_or(std::ptr::null(), std::ptr::from_ref);
        self.at.store(at.cast_mut(), Ordering::Relaxed);
    }

    /// Steps of all schedules.
    pub(crate) fn beat(&self) -> u64 {
        self.beat.load(Ordering::Relaxed)
    }

    /// Who made the last step, and where.
    pub(crate) fn place(&self) -> (u32, Option<&'static Location<'static>>) {
        let at = self.at.load(Ordering::Relaxed);
        // SAFETY: null, or from the `&'static Location` that `mark` was given.
        (self.who.load(Ordering::Relaxed), unsafe { at.as_ref() })
    }
}

/// An exploring scheduler. Never freed: it comes from a pool and goes back to it, so that a wake-up from outside that
/// comes too late still finds one.
pub(crate) struct Lab {
    home: AtomicU64,
    inbox: Lock<Vec<(u64, &'static G)>>,
    mail: AtomicBool,
    inside: Inside,
}

struct Inside {
    state: RefCell<State>,
    parts: RefCell<Parts>,
}

/// What lives as long as an exploration.
struct Parts {
    pool: Option<StackPool>,
    stacks: StackCache,
    free: Vec<&'static G>,
    all: Vec<&'static G>,
    catch: Option<Catch>,
    former: (Option<&'static dyn Scheduler>, Option<&'static G>),
}

// SAFETY: `inside` is touched by the thread that explores and by no other: `run` and what reads its results are called
// by the owner of the `Exploration`, which is not `Send`; the seam's calls come from goroutines, which run on that thread
// inside of `run`. `deliver`, which comes from anywhere, touches the atomics and the inbox only. A lab passes from one
// thread to the next through the pool's lock.
unsafe impl Sync for Inside {}
// SAFETY: as above: between two explorations nobody borrows from it.
unsafe impl Send for Inside {}

static POOL: Lock<Vec<&'static Lab>> = Lock::new(Vec::new());
static EPOCH: AtomicU32 = AtomicU32::new(1);

/// An exploring scheduler in use by this thread, until it is dropped.
#[derive(Debug)]
pub(crate) struct Exploration {
    lab: &'static Lab,
    /// Not `Send`: see `Inside`.
    _thread: std::marker::PhantomData<*const ()>,
}

impl std::fmt::Debug for Lab {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Lab {}", self.home.load(Ordering::Relaxed))
    }
}

impl Exploration {
    pub(crate) fn new() -> Exploration {
        panics::install_hook();
        overflow::install(seam::full_stack);
        let lab: &'static Lab = POOL.lock().pop().unwrap_or_else(|| {
            Box::leak(Box::new(Lab {
                home: AtomicU64::new(0),
                inbox: Lock::new(Vec::new()),
                mail: AtomicBool::new(false),
                inside: Inside {
                    state: RefCell::new(State::new()),
                    parts: RefCell::new(Parts {
                        pool: None,
                        stacks: StackCache::new(),
                        free: Vec::new(),
                        all: Vec::new(),
                        catch: None,
                        former: (None, None),
                    }),
                },
            }))
        });
        HOOKS.fetch_add(1, Ordering::SeqCst);
        lab.home.store(seam::open_home(lab), Ordering::Release);
        let mut parts = lab.parts();
        parts.pool = Some(StackPool::new(DEFAULT_MAX_STACK));
        parts.former = match seam::current() {
            Some((s, g)) => (Some(s), Some(g)),
            None => (seam::current_scheduler(), None),
        };
        drop(parts);
        Exploration {
            lab,
            _thread: std::marker::PhantomData,
        }
    }

    /// Has `catch` called at the end of main, at the end of each schedule and before each text that is printed.
    pub(crate) fn catch_output(&self, catch: Catch) {
        self.lab.parts().catch = Some(catch);
    }

    /// What is being done, for a look from another thread.
    pub(crate) fn pulse(&self) -> &'static Pulse {
        self.lab.state().pulse
    }

    /// Runs one schedule: `main` is goroutine 1. When this returns, nothing of it runs or waits any more.
    pub(crate) fn run(&mut self, setup: Setup, main: impl FnOnce() + 'static) {
        let lab = self.lab;
        let mut epoch = EPOCH.fetch_add(1, Ordering::Relaxed);
        if epoch == 0 {
            epoch = EPOCH.fetch_add(1, Ordering::Relaxed);
        }
        {
            let mut st = lab.state();
            st.reset(epoch, setup.races);
            st.driver = setup.driver;
            st.max_steps = setup.max_steps;
            st.provoking = setup.provoking;
            st.recording = setup.recording;
        }
        let end = End(lab, seam::set_observer(Some(lab)));
        seam::set_current(Some(lab), None);
        birth::spawn(
            move || {
                main();
                lab.main_returned();
            },
            None,
        );
        lab.go_on();
        drop(end);
    }

    /// The last schedule's driver, for one that goes on from schedule to schedule.
    pub(crate) fn take_driver(&mut self) -> Driver {
        let none = Driver::Random(Random::new(0, 0, false));
        std::mem::replace(&mut self.lab.state().driver, none)
    }

    /// What the last schedule left.
    pub(crate) fn result(&self) -> Outcome<'_> {
        Outcome {
            state: self.lab.state(),
            _life: std::marker::PhantomData,
        }
    }
}

impl Drop for Exploration {
    fn drop(&mut self) {
        let lab = self.lab;
        let home = lab.home.swap(0, Ordering::AcqRel);
        seam::close_home(home);
        lab.inbox.lock().clear();
        let mut guard = lab.parts();
        let parts = &mut *guard;
        if let Some(pool) = parts.pool.take() {
            parts.stacks.flush(&pool);
        }
        parts.free.clear();
        G::give_back(parts.all.drain(..));
        parts.catch = None;
        parts.former = (None, None);
        drop(guard);
        POOL.lock().push(lab);
        HOOKS.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Clears a schedule up, also when something of the engine panics.
struct End(&'static Lab, Option<&'static dyn Observer>);

impl Drop for End {
    fn drop(&mut self) {
        seam::set_observer(self.1);
        self.0.clear_up();
    }
}

/// What a schedule left.
pub(crate) struct Outcome<'a> {
    state: RefMut<'a, State>,
    _life: std::marker::PhantomData<&'a ()>,
}

impl Outcome<'_> {
    pub(crate) fn verdict(&self) -> &Verdict {
        self.state.verdict.as_ref().unwrap_or(&Verdict::Passed)
    }
    pub(crate) fn race(&self) -> Option<RaceFound> {
        self.state.race()
    }
    pub(crate) fn main_returned(&self) -> bool {
        self.state.main_returned
    }
    pub(crate) fn output(&self) -> &str {
        &self.state.output
    }
    pub(crate) fn steps(&self) -> u64 {
        self.state.steps
    }
    pub(crate) fn recorded(&self) -> &Recorded {
        &self.state.recorded
    }
    pub(crate) fn plan(&self) -> Plan {
        self.state.recorded.plan()
    }
    pub(crate) fn fingerprint(&self) -> u64 {
        self.state.fingerprint()
    }
    /// How many operations each goroutine began, main first.
    pub(crate) fn lengths(&self) -> impl Iterator<Item = u32> + '_ {
        self.state.lengths()
    }
    pub(crate) fn counts(&self) -> &Counts {
        &self.state.counts
    }
    pub(crate) fn waiters(&self) -> Vec<Waiter> {
        self.state.waiters()
    }
    pub(crate) fn records(&self) -> &[Record] {
        &self.state.records
    }
    /// Locks taken in orders that make a ring; empty: none.
    pub(crate) fn inverted(&self) -> &[Nested] {
        self.state.owners.inverted()
    }
    pub(crate) fn holdings(&self) -> &[Holding] {
        &self.state.holdings
    }
    pub(crate) fn made(&self) -> Vec<Made> {
        (0..self.state.object_count())
            .map(|i| self.state.made_as(i))
            .collect()
    }
    /// Who made each goroutine, and where; main first.
    pub(crate) fn origins(&self) -> Vec<(u64, Option<&'static Location<'static>>)> {
        self.state
            .everybody()
            .map(|(g, _)| (g.origin().by, g.origin().at))
            .collect()
    }
    /// The segment of a followed plan that could not be followed, and after how many of its steps.
    pub(crate) fn left_at(&self) -> Option<(usize, u32)> {
        match &self.state.driver {
            Driver::Follow(f) => f.left_at,
            _ => None,
        }
    }
}

impl Lab {
    #[inline]
    pub(super) fn state(&self) -> RefMut<'_, State> {
        self.inside.state.borrow_mut()
    }

    fn parts(&self) -> RefMut<'_, Parts> {
        self.inside.parts.borrow_mut()
    }

    /// Lets `catch` add what it has to the output.
    fn catch_up(&self, text: &str) {
        let catch = self.parts().catch;
        if let Some(catch) = catch {
            let mut st = self.state();
            if st.main_returned {
                // Printed after the program's end.
                catch(&mut String::new(), "");
            } else {
                catch(&mut st.output, text);
            }
        }
    }

    fn main_returned(&self) {
        self.catch_up("");
        self.state().main_returns();
    }

    /// Resumes goroutines until the schedule is over.
    fn go_on(&'static self) {
        let mut next = self.decide(Why::Forced);
        while let Some(who) = next {
            let g = {
                let mut st = self.state();
                st.next = NOBODY;
                st.g(who)
            };
            g.set_status(Status::Running);
            seam::set_current(Some(self), Some(g));
            // SAFETY: this thread runs all goroutines of this schedule, and this loop resumes one at a time.
            let coro = unsafe { g.coro() };
            let resumed = coro
                .as_mut()
                .expect("a goroutine that can run has its coroutine")
                .resume();
            seam::set_current(Some(self), None);
            next = match resumed {
                Resumed::Suspended(Command::Yield) => {
                    let st = self.state();
                    match (st.next, &st.verdict) {
                        (NOBODY, Some(_)) => None,
                        // `gosched` has passed its point, where this was decided already.
                        (NOBODY, None) => Some(who),
                        (chosen, _) => Some(chosen),
                    }
                }
                Resumed::Suspended(Command::Park(unlock)) => {
                    let mut st = self.state();
                    if st.verdict.is_some() {
                        None
                    } else {
                        g.set_status(Status::Waiting);
                        st.parked(who);
                        drop(st);
                        if let Some(u) = unlock {
                            // SAFETY: the goroutine asked for it, and it has just been switched away from.
                            unsafe { (u.run)(u.data) };
                        }
                        self.forced()
                    }
                }
                Resumed::Done => {
                    // SAFETY: as above; it has ended.
                    let stack = unsafe { g.coro() }.take().map(|coro| coro.into_stack());
                    let mut guard = self.parts();
                    let parts = &mut *guard;
                    if let (Some(stack), Some(pool)) = (stack, &parts.pool) {
                        parts.stacks.put(pool, stack);
                    }
                    drop(guard);
                    g.set_status(Status::Dead);
                    self.state().ended(who);
                    if self.state().verdict.is_some() {
                        None
                    } else {
                        self.forced()
                    }
                }
            };
        }
        self.catch_up("");
    }

    fn forced(&self) -> Option<u32> {
        if self.mail.load(Ordering::Acquire) {
            self.read_mail();
        }
        self.decide(Why::Forced)
    }

    #[cold]
    fn read_mail(&self) {
        let mut inbox = self.inbox.lock();
        self.mail.store(false, Ordering::Release);
        let home = self.home.load(Ordering::Relaxed);
        let mut st = self.state();
        for (h, g) in inbox.drain(..) {
            if h == home && g.status() == Status::Runnable {
                st.woken(g.slot());
            }
        }
    }

    /// Nothing of the schedule may run any more: gives everything back.
    fn clear_up(&'static self) {
        seam::set_current(Some(self), None);
        let mut guard = self.parts();
        let parts = &mut *guard;
        let mut st = self.state();
        // First all are taken out of what they wait on: an object may live in another one's frame.
        for (g, _) in st.everybody() {
            if g.status() != Status::Dead {
                // SAFETY: the schedule is over, and this thread alone clears it up.
                unsafe { goroutine::detach(g) };
            }
        }
        self.inbox.lock().clear();
        for (g, _) in st.everybody() {
            // SAFETY: it will not be resumed, and no queue refers to its frames: it was taken out of the only one.
            if let Some(coro) = unsafe { g.coro() }.take() {
                // SAFETY: as above.
                let stack = unsafe { coro.abandon() };
                if let Some(pool) = &parts.pool {
                    parts.stacks.put(pool, stack);
                }
            }
            g.set_status(Status::Dead);
            parts.free.push(g);
        }
        let (s, g) = parts.former;
        let timers = (st.timers.clear(), std::mem::take(&mut st.calls));
        drop(st);
        drop(guard);
        // What timers hold is the program's: its destructors run where they find no schedule, and stop at nothing of ours.
        let _ = catch_unwind(AssertUnwindSafe(|| drop(timers)));
        seam::set_current(s, g);
    }
}

impl Scheduler for Lab {
    fn poll(&self, _g: &'static G) {}

    fn interrupted(&self, _g: &'static G, _pc: Option<usize>) {}

    fn watch(&self, _fd: BorrowedFd<'_>) -> Option<io::Result<&'static PollDesc>> {
        None
    }

    fn wake_desc_by(&self, _when: u64, _desc: &'static PollDesc, _mode: Mode) {}

    fn count_waiter(&self, _waits: bool) {}

    fn begin_syscall(&self) {}

    fn end_syscall(&self) {}

    fn home(&self) -> u64 {
        self.home.load(Ordering::Relaxed)
    }

    fn prepare(&self) -> Option<Newborn> {
        let mut guard = self.parts();
        let parts = &mut *guard;
        let pool = parts.pool.as_ref().expect("an exploration has its pool");
        let stack = match parts.stacks.get(pool) {
            Ok(stack) => stack,
            Err(e) => {
                drop(guard);
                panic!("no stack for another goroutine: {e}");
            }
        };
        let g = parts.free.pop().unwrap_or_else(|| {
            let g = G::take();
            parts.all.push(g);
            g
        });
        let id = self.state().next_id();
        Some(Newborn {
            g,
            id: u64::from(id),
            slot: id,
            stack,
        })
    }

    fn start(&self, g: &'static G) {
        self.state().born(g);
    }

    fn ready(&self, g: &'static G) {
        let woken = g.wake();
        debug_assert!(woken, "ready on a goroutine that does not wait");
        if woken {
            self.state().woken(g.slot());
        }
    }

    fn now(&self) -> u64 {
        self.state().now
    }

    fn timers(&self) -> &'static Heap {
        self.state().timers
    }

    fn timer_was_set(&self, _when: u64) {}

    fn crash(&self, _: &'static G, crash: Crashed) {
        let mut st = self.state();
        let who = st.current;
        if st.verdict.is_none() {
            st.verdict = Some(match crash {
                Crashed::Panic { text, at } => Verdict::Panic { who, text, at },
                Crashed::Fatal { text } => Verdict::Fatal { who, text },
            });
        }
    }

    fn count(&self) -> usize {
        self.state().alive()
    }

    fn set_procs(&self, _: usize) -> usize {
        1
    }

    fn set_max_threads(&self, _n: usize) -> usize {
        10_000
    }
    fn snapshot(&self) -> SchedSnapshot {
        let st = self.state();
        SchedSnapshot {
            ms: Vec::new(),
            ps: Vec::new(),
            global_queue: Vec::new(),
            idle_ms: Vec::new(),
            idle_ps: Vec::new(),
            goroutines: st
                .everybody()
                .filter(|&(_, ended)| !ended)
                .map(|(g, _)| GSnapshot {
                    id: g.id(),
                    status: Traced::of(g, 0).state,
                })
                .collect(),
        }
    }

    fn dump(&self, first: &'static G, at: Option<String>) -> String {
        let st = self.state();
        let all = st
            .everybody()
            .filter(|&(_, ended)| !ended)
            .map(|(g, _)| {
                let t = Traced::of(g, st.now);
                if g == first {
                    t.standing(at.clone())
                } else {
                    t
                }
            })
            .collect();
        traceback::dump(first.id(), all)
    }
}

impl Observer for Lab {
    #[inline]
    fn point(&self, op: Op, tag: Option<&Tag>, at: &'static Location<'static>) {
        let g = {
            let mut st = self.state();
            let me = st.current;
            let why = st.arrive(op, tag, at);
            // The thread's count of panics is everybody's: see `mod.rs`.
            let next = if std::thread::panicking() {
                st.insist(me)
            } else {
                let next = st.decide(why);
                if st.calls.is_empty() {
                    next
                } else {
                    drop(st);
                    let next = self.decide(why);
                    st = self.state();
                    next
                }
            };
            match next {
                Some(who) if who == me => return,
                Some(who) => st.next = who,
                None => st.next = NOBODY,
            }
            st.g(me)
        };
        g.set_status(Status::Runnable);
        // SAFETY: `g` is the goroutine that runs: it called this.
        unsafe { g.suspend(Command::Yield) };
    }

    fn also(&self, tag: &Tag) {
        self.state().also(tag);
    }

    fn outcome(&self, text: &mut dyn FnMut() -> String) {
        if !self.state().recording {
            return;
        }
        let text = text();
        if let Some(r) = self.state().records.last_mut() {
            r.outcome
                .push_str(if r.outcome.is_empty() { "" } else { " " });
            r.outcome.push_str(&text);
        }
    }

    fn choose(&self, n: usize) -> usize {
        self.state().choose(n)
    }

    #[inline]
    fn acquire(&self, tag: &Tag, slot: usize) {
        let mut st = self.state();
        if st.clocks.on {
            let (me, object) = (st.current - 1, st.object(tag));
            st.clocks.acquire(me, object, slot);
        }
    }

    #[inline]
    fn release(&self, tag: &Tag, slot: usize) {
        let mut st = self.state();
        st.fruitful();
        if st.clocks.on {
            let (me, object) = (st.current - 1, st.object(tag));
            st.clocks.release(me, object, slot);
        }
    }

    fn exchange(&self, tag: &Tag, slot: usize, who: Option<&'static G>) {
        let mut st = self.state();
        st.fruitful();
        if st.clocks.on {
            let me = who.map_or(st.current, G::slot) - 1;
            let object = st.object(tag);
            st.clocks.exchange(me, object, slot);
        }
    }

    fn unmet(&self, tag: &Tag) -> bool {
        self.state().unmet(tag)
    }

    fn meet(&self, other: &'static G) {
        let mut st = self.state();
        st.fruitful();
        if st.clocks.on && other.home() == self.home() {
            let me = st.current - 1;
            st.clocks.meet(me, other.slot() - 1);
        }
    }

    fn give(&self, other: &'static G) {
        let mut st = self.state();
        st.fruitful();
        if st.clocks.on && other.home() == self.home() {
            let me = st.current - 1;
            st.clocks.give(me, other.slot() - 1);
        }
    }

    #[inline]
    fn access(&self, tag: &Tag, write: bool, at: &'static Location<'static>) {
        let mut st = self.state();
        if st.clocks.on {
            let (me, object) = (st.current - 1, st.object(tag));
            st.clocks.access(me, object, write, at);
        }
    }

    fn hold(&self, tag: &Tag, how: Hold) {
        self.state().hold(tag, how);
    }

    fn added(&self, n: u64) {
        self.state().added(n);
    }

    fn made(&self, tag: &Tag, kind: &'static str, detail: usize, at: &'static Location<'static>) {
        let made = Made {
            kind,
            detail,
            at: Some(at),
        };
        self.state().made(tag, made);
    }

    fn print(&self, text: &str, to_stderr: bool) {
        self.catch_up(if to_stderr { "" } else { text });
        self.state().print(text, to_stderr);
    }
}

impl Inbox for Lab {
    fn deliver(&self, home: u64, g: &'static G) {
        let mut inbox = self.inbox.lock();
        if self.home.load(Ordering::Acquire) == home && g.wake() {
            inbox.push((home, g));
            self.mail.store(true, Ordering::Release);
        }
    }
}
