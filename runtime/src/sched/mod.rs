//! The real scheduler: Ms run Gs while they hold a P.
//!
//! # Concepts
//!
//! - **G**, a goroutine (`goroutine.rs`). **M**, a thread (`m.rs`). **P**, the right to run goroutines (`p.rs`); there
//!   are GOMAXPROCS of them, so at most that many goroutines run at one time.
//! - A P has a queue of 256 and a slot `runnext`. A goroutine that is made or woken by the one that runs goes to
//!   `runnext`: the two talk to each other, and the cache is warm. When the queue is full, half of it goes to the
//!   **global queue**, and so do goroutines that call `gosched`, or are woken from outside.
//! - An M without work **steals** half of another P's queue; one without luck gives its P back and sleeps.
//!
//! # The search for work (`find.rs`), in order
//!
//! 1. timers of its P that are due; 2. every 61st time the global queue, so that two goroutines that wake each other
//!    cannot starve it; 3. `runnext`, the local queue; 4. a batch of the global queue; 5. the netpoller, without
//!    blocking (`netpoll.rs`); 6. others' queues and timers, four rounds in a random order; 7. it gives up its P and
//!    looks once more; 8. it sleeps, until it is woken or the next timer is due; one of those who sleep does it in the
//!    netpoller.
//!
//! # No wake-up is lost
//!
//! An M that searches is *spinning*. Waking one thread per new goroutine would be far too much, so: whoever makes work
//! visible wakes an M only if there is an idle P and nobody spins; and a spinning M that finds work wakes another one
//! before it runs it. Between "nobody spins" and "the last spinner goes to sleep" nothing may slip through:
//!
//! - the submitter: (a) puts the goroutine into a queue, (b) full fence, (c) reads the number of spinners;
//! - the spinner: (a) takes itself off the number of spinners, (b) full fence, (c) looks at all queues again.
//!
//! Of two full fences one comes first. If the submitter's is first, the spinner's look sees the goroutine. If the
//! spinner's is first, the submitter reads the lower number and wakes somebody. Either way it runs. (`idle.rs` has the
//! words and the fences.) For timers the argument is the same, with the M that waits for the first one in the place of the
//! spinners: see `timer_was_set` in `find.rs`. For goroutines that wait for descriptors it is in `netpoll.rs`.
//!
//! # Ends
//!
//! `end.rs`: main returned, a crash, a deadlock. No goroutine is unwound to end it. The last M that leaves clears up.
//!
//! # Invariants
//!
//! - An M runs a goroutine only while it holds a P. What breaks it is a goroutine whose P was taken from it while it
//!   blocked or was stopped: until it comes back to the library it has none (`preempt.rs` says how long that may be).
//! - A P is held by one M or stands in `idle_ps`; one beyond GOMAXPROCS may be nobody's (`procs.rs`).
//! - `state` is never held while a goroutine runs, nor while an object's lock is taken.
//! - A goroutine that suspends while it unwinds is run on by the same M, and that M runs nobody else meanwhile: Rust
//!   counts panics by thread. (`stay_with`, `pass_on` in `m.rs`.)
//! - A scheduler is never freed (`&'static Sched`, pooled): a wake-up from a thread outside may come at any time.
//!
//! After Go's `runtime/proc.go`, and Blumofe and Leiserson, "Scheduling multithreaded computations by work stealing".
//!
//! # Rejected
//!
//! - Running main on the thread that calls `run`: values of main that are not `Send` could then be touched by another
//!   goroutine on that thread while main runs elsewhere. The caller's thread waits instead, and runs nothing.
//! - A thread-local list of Ms and Ps behind `Arc`s: two atomic operations for each look. Pooled statics need none.

mod end;
mod find;
mod idle;
mod look;
mod m;
mod monitor;
mod netpoll;
mod outside;
mod p;
#[allow(unsafe_code, reason = "the preemption signal")]
mod preempt;
mod procs;
mod schedtrace;
mod syscall;
mod tell;
mod threads;
mod top;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};

use idle::Idle;
use m::M;
use p::{ID_BATCH, P};
pub(crate) use preempt::{find_c_library, in_c_library, leave_full_stack};
use tell::Told;
use top::Top;

use crate::birth;
use crate::crash::Crash;
use crate::goroutine::{G, Origin};
use crate::lock::LockGuard;
use crate::poller::Poller;
use crate::primitives::{CachePadded, Lock};
use crate::queue::{CAPACITY, Place, Put};
use crate::seam::{self, Inbox, Newborn};
use crate::stack::StackPool;
use crate::timers::Fire;
use crate::trace::{Sink, Wanted, What};

/// The most Ps a runtime can have.
pub(crate) const MAX_PROCS: usize = 1024;

/// What becomes of a crash.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum OnCrash {
    /// It ends the process, as in Go: `run`.
    Exit,
    /// It is handed back, once nothing of the runtime is left: `try_run`.
    HandBack,
}

/// How a runtime is set up.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    pub(crate) procs: usize,
    pub(crate) max_stack: usize,
    pub(crate) on_crash: OnCrash,
    /// What main returns may own descriptors: none is closed then.
    pub(crate) hands_out: bool,
    /// What it does is caught there.
    pub(crate) trace: Option<Sink>,
    /// If it crashes and ends the process, what was caught goes there.
    pub(crate) leaves: Option<Wanted>,
}

/// One runtime.
pub(crate) struct Sched {
    /// The number of the runtime that this is now (`seam::open_home`); 0 while it is in the pool.
    home: AtomicU64,
    exit_on_crash: AtomicBool,
    /// Every P that this scheduler ever had, by number: they outlive its runtimes.
    ps: [OnceLock<Box<P>>; MAX_PROCS],
    /// GOMAXPROCS.
    procs: AtomicUsize,
    /// The runtime ends: every M leaves as soon as its goroutine lets it.
    stopping: AtomicBool,
    /// Who searches, and who sleeps.
    idle: Idle,
    /// How many goroutines are in the global queue; written under `state`.
    global_len: CachePadded<AtomicUsize>,
    /// The clock as the monitor last read it: good enough to say since when somebody waits.
    coarse: AtomicU64,
    /// The runtime ends, and a goroutine was stopped for good in the middle of its own code: it may hold anything.
    stopped: AtomicBool,
    /// Every goroutine waits, and only other threads and runtimes can wake one: the monitor watches those
    /// (`outside.rs`).
    outside: AtomicBool,
    /// Since when that is so.
    asleep_since: AtomicU64,
    /// A goroutine of another runtime has woken one of ours, or the other way round.
    has_met: AtomicBool,
    /// How many Ms run a goroutine although their P was taken away: in a blocking call, most likely.
    without_p: AtomicUsize,
    /// The first goroutine number that no P has drawn.
    next_id: AtomicU64,
    /// Where its Ms note what they do, if anywhere; `sink` keeps that tape from being another's.
    told: Told,
    /// GOTOP names a socket on which somebody listens: `top` is there.
    watched: AtomicBool,
    top: Lock<Option<Top>>,
    /// What holds the tape that `told` names.
    sink: Lock<Option<Sink>>,
    /// The file that the trace goes to if a crash ends the process.
    leaves: Lock<Option<Wanted>>,
    /// The descriptors that goroutines of this runtime wait for.
    netpoll: Poller,
    /// Who is where. See the invariants at the top.
    state: Lock<State>,
    finished: Mutex<Finish>,
    /// Where the monitor, which waits for the end, sleeps between its looks: under the lock of `finished`.
    finish: Condvar,
    /// The monitor sleeps until it is called: every P was idle when it looked.
    monitor_sleeps: AtomicBool,
    /// More threads than this end the program.
    max_threads: AtomicUsize,
}

/// Who is where in a runtime: what several threads must change together.
#[derive(Default)]
struct State {
    /// The global queue.
    global: VecDeque<&'static G>,
    /// Ps that nobody holds; the last is taken first.
    idle_ps: Vec<&'static P>,
    /// Ms that sleep, without a P; the last is called first.
    idle_ms: Vec<&'static M>,
    /// Ms that wait for the one goroutine they may run.
    locked_ms: Vec<&'static M>,
    /// How many of them still carry out what their goroutine asked for: they may yet make work, or set a timer.
    unsettled: usize,
    /// Every M whose thread is alive.
    ms: Vec<&'static M>,
    /// The M that waits for the first timer.
    sleeper: Option<&'static M>,
    /// The M that blocks in the netpoller; it stands first in `idle_ms`, so that it is called last.
    netpoller: Option<&'static M>,
    /// The number of the next M.
    next_m: usize,
    /// The threads of this runtime that nobody has joined.
    threads: Vec<threads::Thread>,
    /// How many of `threads` ended with their goroutine and are not joined yet.
    ended: usize,
    /// Ms whose threads the monitor makes.
    unmade: Vec<&'static M>,
    /// Every G that this runtime ever had.
    all: Vec<&'static G>,
    /// Dead ones, for the next goroutines of any P.
    free: Vec<&'static G>,
}

/// How a runtime ended, for whoever waits for it.
#[derive(Default)]
struct Finish {
    main_returned: bool,
    /// See `Config`.
    hands_out: bool,
    crash: Option<Crash>,
    /// A crash ends the process: its text is about to be written.
    exits: bool,
    /// The last M has left and given everything back.
    cleared: bool,
    /// Nobody waits for the clearing up: the M that does it gives the scheduler back.
    detached: bool,
}

static POOL: Lock<Vec<&'static Sched>> = Lock::new(Vec::new());

impl Sched {
    /// A runtime that nobody uses, set up as `config` says.
    pub(crate) fn take(config: &Config) -> &'static Sched {
        let pooled = POOL.lock().pop();
        let s = pooled.unwrap_or_else(|| {
            Box::leak(Box::new(Sched {
                home: AtomicU64::new(0),
                exit_on_crash: AtomicBool::new(true),
                ps: [const { OnceLock::new() }; MAX_PROCS],
                procs: AtomicUsize::new(0),
                stopping: AtomicBool::new(false),
                idle: Idle::new(),
                global_len: CachePadded::default(),
                coarse: AtomicU64::new(0),
                stopped: AtomicBool::new(false),
                outside: AtomicBool::new(false),
                asleep_since: AtomicU64::new(0),
                has_met: AtomicBool::new(false),
                without_p: AtomicUsize::new(0),
                next_id: AtomicU64::new(0),
                told: Told::new(),
                watched: AtomicBool::new(false),
                top: Lock::new(None),
                sink: Lock::new(None),
                leaves: Lock::new(None),
                netpoll: Poller::new(),
                state: Lock::new(State::default()),
                finished: Mutex::new(Finish::default()),
                finish: Condvar::new(),
                monitor_sleeps: AtomicBool::new(false),
                max_threads: AtomicUsize::new(0),
            }))
        });
        preempt::install();
        s.stopping.store(false, Ordering::Release);
        s.exit_on_crash
            .store(config.on_crash == OnCrash::Exit, Ordering::Release);
        s.next_id.store(1, Ordering::Relaxed);
        s.max_threads.store(threads::MAX_THREADS, Ordering::Relaxed);
        s.home.store(seam::open_home(s), Ordering::Release);
        let pool = Arc::new(StackPool::new(config.max_stack));
        let procs = config.procs.clamp(1, MAX_PROCS);
        let mut state = s.state.lock();
        for i in (0..procs).rev() {
            let p = s.p(i);
            p.local.lock().pool = Some(pool.clone());
            state.idle_ps.push(p);
        }
        s.idle.set_ps(procs);
        s.procs.store(procs, Ordering::Release);
        drop(state);
        s.finish_state().hands_out = config.hands_out;
        s.begin_top();
        s.trace_into(config.trace.as_ref());
        s.leaves.lock().clone_from(&config.leaves);
        s.tell(None, None, None, What::Procs { n: procs });
        if s.is_traced() {
            s.tell_line();
        }
        s
    }

    /// The P with this number, made at first use.
    fn p(&'static self, i: usize) -> &'static P {
        self.ps[i].get_or_init(|| {
            let p = Box::new(P::new(i));
            self.look_on_at(&p);
            p
        })
    }

    /// How it ends. Nobody panics while holding it.
    fn finish_state(&self) -> MutexGuard<'_, Finish> {
        self.finished.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn procs(&self) -> usize {
        self.procs.load(Ordering::Acquire)
    }

    /// All Ps that run goroutines now.
    fn all_ps(&'static self) -> impl Iterator<Item = &'static P> {
        (0..self.procs()).map(|i| self.p(i))
    }

    /// All Ps that ever were: one that was taken away may still have timers.
    fn ps_ever(&'static self) -> impl Iterator<Item = &'static P> {
        self.ps.iter().map_while(|p| p.get()).map(|p| &**p)
    }

    fn nanos(&self) -> u64 {
        // Never 0: a `when` of 0 means none.
        seam::nanos()
    }

    /// This thread waits in `run` for this runtime.
    pub(crate) fn called_here(&self) -> seam::Caller {
        seam::Caller::waits_for(self.home.load(Ordering::Acquire))
    }

    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    /// Makes main, goroutine 1, and the first M, which will run it. Without a stack for it the runtime has crashed.
    pub(crate) fn boot(&'static self, name: fn() -> &'static str, main: impl FnOnce() + 'static) {
        let p = self.p(0);
        let mut local = p.local.lock();
        let pool = local.pool.as_ref().expect("`take` gave every P its pool");
        let stack = match pool.get() {
            Ok(stack) => stack,
            Err(e) => {
                drop(local);
                self.out_of_stacks(&e, None);
                // No M will ever do it.
                self.clear();
                return;
            }
        };
        let id = self.next_id.fetch_add(ID_BATCH, Ordering::Relaxed);
        (local.next_id, local.last_id) = (id + 1, id + ID_BATCH);
        local.alive += 1;
        drop(local);
        let g = G::take();
        let origin = Origin {
            name,
            ..Origin::NONE
        };
        birth::bear(
            Newborn {
                g,
                id,
                slot: 0,
                stack: Some(stack),
            },
            self.home.load(Ordering::Relaxed),
            origin,
            main,
        );
        self.tell(None, None, None, tell::created(g));
        let mut state = self.state.lock();
        state.all.push(g);
        self.global_put_locked(&mut state, g);
        if let Some(p) = self.take_idle_p(&mut state) {
            self.start_m(state, p, false);
        }
    }

    // ---- the global queue ---------------------------------------------------------------------------------------

    fn global_put(&self, g: &'static G) {
        self.global_put_locked(&mut self.state.lock(), g);
    }

    fn global_put_all(&self, batch: Vec<&'static G>) {
        self.tell_moved(&batch, None, None);
        self.global_extend_locked(&mut self.state.lock(), batch);
    }

    #[inline]
    fn global_put_locked(&self, state: &mut LockGuard<'_, State>, g: &'static G) {
        // Not `extend`, which takes 20 instructions more for one.
        state.global.push_back(g);
        self.global_len.store(state.global.len(), Ordering::Release);
    }

    fn global_extend_locked(
        &self,
        state: &mut LockGuard<'_, State>,
        gs: impl IntoIterator<Item = &'static G>,
    ) {
        state.global.extend(gs);
        self.global_len.store(state.global.len(), Ordering::Release);
    }

    /// Takes this P's share of the global queue: one to run now, the rest into the P's queue.
    fn global_get(&self, p: &'static P, most: usize) -> Option<&'static G> {
        if self.global_len.load(Ordering::Acquire) == 0 {
            return None;
        }
        let first = self.global_get_locked(&mut self.state.lock(), p, most)?;
        if first.has_waited_long(self.coarse.load(Ordering::Relaxed)) {
            // So many were woken that they came this way, as one did that is in no cache.
            p.queue.are_cold();
        }
        Some(first)
    }

    fn global_get_locked(
        &self,
        state: &mut LockGuard<'_, State>,
        p: &'static P,
        most: usize,
    ) -> Option<&'static G> {
        let len = state.global.len();
        let share = (len / self.procs() + 1)
            .min(len)
            .min(most)
            .min(CAPACITY as usize / 2);
        let first = state.global.pop_front()?;
        let traced = self.is_traced();
        for g in state.global.drain(..share - 1) {
            if traced {
                self.tell_moved([&g], p.holder(), Some(p));
            }
            // The share is at most half the ring, and this is called with an empty ring, or for a single one.
            let put = p.queue.put(g, Place::Last);
            debug_assert!(matches!(put, Put::Queued));
        }
        self.global_len.store(state.global.len(), Ordering::Release);
        Some(first)
    }

    // ---- waking Ms ----------------------------------------------------------------------------------------------

    /// There is new work: starts one more spinning M if a P is idle and nobody spins yet.
    fn wake_one(&'static self) {
        if !self.idle.wants_one() {
            return;
        }
        let mut state = self.state.lock();
        let p = if self.is_stopping() {
            None
        } else {
            self.take_idle_p(&mut state)
        };
        match p {
            Some(p) => self.start_m(state, p, true),
            None => {
                drop(state);
                self.idle.not_after_all();
            }
        }
    }

    fn take_idle_p(&self, state: &mut LockGuard<'_, State>) -> Option<&'static P> {
        let p = state.idle_ps.pop()?;
        // The monitor writes that it sleeps and then looks at this number; one of us sees the other.
        self.idle.set_ps(state.idle_ps.len());
        if self.monitor_sleeps.load(Ordering::SeqCst) {
            self.call_monitor();
        }
        Some(p)
    }

    /// An idle P, if possible the one with number `former` less one.
    fn take_own_p(&self, state: &mut LockGuard<'_, State>, former: usize) -> Option<&'static P> {
        if let Some(i) = state.idle_ps.iter().position(|p| p.id + 1 == former) {
            let last = state.idle_ps.len() - 1;
            state.idle_ps.swap(i, last);
        }
        self.take_idle_p(state)
    }

    /// An M has given it back, with nothing in its queue.
    fn put_idle_p(&self, state: &mut LockGuard<'_, State>, p: &'static P) {
        // Beyond GOMAXPROCS it is nobody's until that grows.
        if p.id < self.procs() {
            state.idle_ps.push(p);
        }
        self.idle.set_ps(state.idle_ps.len());
    }

    /// How many goroutines there are.
    pub(crate) fn count(&'static self) -> usize {
        let n: i64 = self.ps_ever().map(|p| p.local.lock().alive).sum();
        usize::try_from(n).unwrap_or(0)
    }
}

impl Inbox for Sched {
    fn dump(&self) -> String {
        Sched::of(self).dump_all()
    }

    fn deliver(&self, home: u64, g: &'static G) {
        let mut state = self.state.lock();
        if self.home.load(Ordering::Acquire) != home || g.home() != home || !g.wake() {
            return;
        }
        self.tell_delivered(g);
        self.global_put_locked(&mut state, g);
        drop(state);
        // `self` is `&'static` in truth; the registry hands out nothing else.
        Sched::of(self).wake_one();
    }

    fn sleeps(&self, home: u64) -> bool {
        Sched::of(self).sleeps_beside(home)
    }

    fn met(&self, home: u64) {
        if self.home.load(Ordering::Acquire) == home {
            self.has_met.store(true, Ordering::Relaxed);
        }
    }

    fn call_soon(&self, home: u64, call: Arc<dyn Fire>) -> bool {
        if self.home.load(Ordering::Acquire) != home || self.is_stopping() {
            return false;
        }
        // If it ends now, the next runtime here makes the call: who is called must know its home.
        let (s, now) = (Sched::of(self), self.nanos());
        if s.p(0).timers.add(now, call).1 {
            s.timer_was_set(now);
        }
        true
    }
}

impl Sched {
    /// The `'static` that every `Sched` has: none is ever freed.
    #[allow(unsafe_code, reason = "see the comment")]
    fn of(&self) -> &'static Sched {
        // SAFETY: a Sched is made by `Box::leak` in `take` only, and never freed.
        unsafe { &*std::ptr::from_ref(self) }
    }
}
