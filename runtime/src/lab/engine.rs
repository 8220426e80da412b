//! The engine: resumes whom the driver chose, until a schedule is over, and clears up after it.

use std::cell::{RefCell, RefMut};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use super::handed::Asking;
use super::outcome::Outcome;
use super::pulse::Pulse;
use super::state::{NOBODY, State};
use super::strategy::{Driver, Random, Why};
use crate::coro::{Command, Resumed};
use crate::goroutine::{self, G, Status};
use crate::made;
use crate::primitives::{ASKERS, HOOKS, Lock, READERS};
use crate::sched;
use crate::seam::{self, Observer, Scheduler};
use crate::stack::{DEFAULT_MAX_STACK, StackCache, StackPool};
use crate::{birth, lock, overflow, panics};

/// What one schedule is to be like.
#[derive(Debug)]
pub(crate) struct Setup {
    pub(crate) driver: Driver,
    pub(crate) max_steps: u64,
    /// From this step on the driver is not asked any more, and nobody is kept from getting anywhere by the order alone.
    pub(crate) relents: u64,
    pub(crate) races: bool,
    /// Whether those who have one lock and want another are kept waiting for each other.
    pub(crate) provoking: bool,
    /// Whether every step is written down.
    pub(crate) recording: bool,
    /// What is asked apart.
    pub(crate) asking: Option<Asking>,
}

/// Called with what has been printed so far and what will be printed next, where somebody else catches a part of the
/// output.
pub(crate) type Catch = fn(&mut String, &str);

/// An exploring scheduler. Never freed: it comes from a pool and goes back to it, so that a wake-up from outside that
/// comes too late still finds one.
pub(crate) struct Lab {
    pub(super) home: AtomicU64,
    pub(super) inbox: Lock<Vec<(u64, &'static G)>>,
    pub(super) mail: AtomicBool,
    /// How deep the thread that explores is in the library's own code: how many of its locks it has.
    pub(super) depth: AtomicU32,
    inside: Inside,
}

struct Inside {
    state: RefCell<State>,
    parts: RefCell<Parts>,
}

/// What lives as long as an exploration.
pub(super) struct Parts {
    pub(super) pool: Option<StackPool>,
    pub(super) stacks: StackCache,
    pub(super) free: Vec<&'static G>,
    pub(super) all: Vec<&'static G>,
    pub(super) catch: Option<Catch>,
    pub(super) former: (Option<&'static dyn Scheduler>, Option<&'static G>),
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

/// What one thread hands to another, and waits until that one has ended.
struct Carried<T>(T);

// SAFETY: whoever hands something over does nothing until the other thread is gone: `run` joins it at once.
unsafe impl<T> Send for Carried<T> {}

impl<T> Carried<T> {
    /// A method, so that a closure takes the whole of it along.
    fn take(self) -> T {
        self.0
    }
}

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
        overflow::install(seam::full_stack, sched::leave_full_stack);
        sched::find_c_library();
        let lab: &'static Lab = POOL.lock().pop().unwrap_or_else(|| {
            Box::leak(Box::new(Lab {
                home: AtomicU64::new(0),
                inbox: Lock::new(Vec::new()),
                mail: AtomicBool::new(false),
                depth: AtomicU32::new(0),
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
        if !std::thread::panicking() {
            return self.run_here(setup, main);
        }
        // A former schedule has left somebody in the middle of its unwinding: on this thread everybody seems to unwind.
        let carried = Carried((self, setup, main));
        std::thread::scope(|s| {
            let run = s.spawn(move || {
                let (x, setup, main) = carried.take();
                x.run_here(setup, main);
            });
            if let Err(panic) = run.join() {
                resume_unwind(panic);
            }
        });
    }

    fn run_here(&mut self, setup: Setup, main: impl FnOnce() + 'static) {
        let lab = self.lab;
        let mut epoch = EPOCH.fetch_add(1, Ordering::Relaxed);
        if epoch == 0 {
            epoch = EPOCH.fetch_add(1, Ordering::Relaxed);
        }
        {
            let mut st = lab.state();
            st.reset(epoch, setup.races);
            st.tracing = matches!(setup.driver, Driver::Every(_));
            st.asked = setup.driver.asked_alone();
            let told = setup.recording || setup.asking.is_some();
            st.plain = setup.driver.is_free() && !setup.provoking && !told;
            st.relents = setup.relents;
            st.driver = setup.driver;
            st.max_steps = setup.max_steps;
            st.provoking = setup.provoking;
            st.recording = setup.recording;
            st.asking = setup.asking;
        }
        let end = End {
            lab,
            counted: lock::count_with(Some(&lab.depth)),
            former: seam::set_observer(Some((lab, epoch))),
            read: setup.recording,
            asks: setup.asking.is_some(),
        };
        if end.read {
            READERS.fetch_add(1, Ordering::SeqCst);
        }
        if end.asks {
            ASKERS.fetch_add(1, Ordering::SeqCst);
        }
        seam::set_current(Some(lab), None);
        birth::spawn(
            move || {
                main();
                lab.main_returned();
            },
            None,
        );
        lab.go_on();
        lab.state().visited();
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
struct End {
    lab: &'static Lab,
    /// Where this thread counts its locks otherwise.
    counted: Option<&'static AtomicU32>,
    former: Option<(&'static dyn Observer, u32)>,
    /// Whether its steps were written down, and whether something was asked apart. Most schedules do neither, and leave the
    /// counts of those who do alone: an atomic addition, even of nothing, takes as long as forty instructions.
    read: bool,
    asks: bool,
}

impl Drop for End {
    fn drop(&mut self) {
        if self.read {
            READERS.fetch_sub(1, Ordering::SeqCst);
        }
        if self.asks {
            ASKERS.fetch_sub(1, Ordering::SeqCst);
        }
        seam::set_observer(self.former);
        self.lab.clear_up();
        lock::count_with(self.counted);
    }
}

impl Lab {
    #[inline]
    pub(super) fn state(&self) -> RefMut<'_, State> {
        self.inside.state.borrow_mut()
    }

    /// The same for who may have interrupted whoever has it.
    pub(super) fn state_if_free(&self) -> Option<RefMut<'_, State>> {
        self.inside.state.try_borrow_mut().ok()
    }

    pub(super) fn parts(&self) -> RefMut<'_, Parts> {
        self.inside.parts.borrow_mut()
    }

    /// Lets `catch` add what it has to the output.
    pub(super) fn catch_up(&self, text: &str) {
        let catch = self.parts().catch;
        if let Some(catch) = catch {
            let mut st = self.state();
            if st.main_returned {
                // Printed after the program's end.
                catch(&mut String::new(), "");
            } else {
                let before = st.output.len();
                catch(&mut st.output, text);
                if st.output.len() > before {
                    st.opaque();
                }
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
            next = match resumed {
                Resumed::Suspended(Command::Yield | Command::StandBack) => {
                    let st = self.state();
                    match st.next {
                        // `gosched` has passed its point, where this was decided already.
                        NOBODY if st.verdict.is_none() => Some(who),
                        NOBODY => None,
                        chosen => Some(chosen),
                    }
                }
                Resumed::Suspended(Command::Park(unlock)) => {
                    let mut st = self.state();
                    if st.verdict.is_some() {
                        None
                    } else {
                        g.set_status(Status::Waiting);
                        st.parked(who);
                        if std::thread::panicking() {
                            st.waits_unwinding(who);
                        }
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
        seam::set_current(Some(self), None);
        self.catch_up("");
    }

    #[inline]
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
        self.state().opaque();
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
        let mut st = self.state();
        // First all are taken out of what they wait on: an object may live in another one's frame.
        for (g, _) in st.everybody() {
            if g.status() != Status::Dead {
                // SAFETY: the schedule is over, and this thread alone clears it up.
                unsafe { goroutine::detach(g, false) };
            }
        }
        let waiting: Vec<&'static G> = st
            .everybody()
            .filter(|&(g, _)| g.status() == Status::Waiting)
            .map(|(g, _)| g)
            .collect();
        if !waiting.is_empty() {
            drop(st);
            drop(guard);
            for g in waiting {
                // SAFETY: it was detached, and nobody will resume it.
                unsafe { goroutine::bereave(g) };
            }
            guard = self.parts();
            st = self.state();
        }
        let parts = &mut *guard;
        self.inbox.lock().clear();
        for (g, _) in st.everybody() {
            // SAFETY: it will not be resumed, and no queue refers to its frames: it was taken out of the only one.
            if let Some(coro) = unsafe { g.coro() }.take() {
                // SAFETY: as above.
                let stack = unsafe { coro.abandon() };
                if let (Some(stack), Some(pool)) = (stack, &parts.pool) {
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
        // Whatever has them never goes on.
        let home = self.home.load(Ordering::Relaxed);
        made::take(home).iter().for_each(|d| d.close_for(home));
        // What timers hold is the program's: its destructors run where they find no schedule, and stop at nothing of ours.
        let _ = catch_unwind(AssertUnwindSafe(|| drop(timers)));
        seam::set_current(s, g);
    }
}
