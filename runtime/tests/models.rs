//! What the lock-free parts claim, tried out on their own source files: by loom under each order of their steps that the
//! memory model allows, up to a bound; by plain `cargo test` as often as a moment allows, on real threads.
//!
//! `cargo test --manifest-path runtime/models/Cargo.toml --target-dir target/models` is loom's run, which `.ci/run` has as
//! a step of its own. It tries every execution with at most three preemptions, two where there are two Ms
//! (`LOOM_MAX_PREEMPTIONS` says otherwise), with loads that give old values wherever C11 allows it. Loom takes operations
//! that are sequentially consistent for acquire and release; the fences count as what they are.
//!
//! | part | the library's own code | what the models here add | shown |
//! |---|---|---|---|
//! | `queue.rs` | all of it, with 4 places instead of 256 | an owner, up to two thieves, up to 6 goroutines | each is taken once, by one who sees what was done before; a queue that is not empty never looks empty |
//! | `sched/idle.rs` | the words and their fences | the loop of an M in twenty lines, the state's lock as a mutex, up to two Ms | work that was submitted is found, whoever went to sleep meanwhile |
//! | `sched/idle.rs`, `timers.rs` | the words and their fences; the heap, its lock a mutex | the M that sleeps for timers | it never sleeps past the first timer |
//! | `timers.rs` | the heap, its lock a mutex | one who removes or sets anew and one who fires | exactly one has the call, and the first timer is alive and has its moment |
//! | `status.rs` | the word | the frame and the lock of who parks | who is woken is woken once, after it stands still, and is seen whole |
//!
//! Each lock here synchronises as the library's does, so nothing is shown of orderings that a lock makes unnecessary. Not
//! shown either: more threads, longer histories, and what the system's futex does.

#![cfg_attr(
    loom,
    allow(dead_code, reason = "what only the other form of a test uses")
)]

use std::sync::atomic::AtomicUsize as Count;
use std::sync::atomic::Ordering::Relaxed;

use goroutine::G;
use idle::{Hears, Idle};
use queue::{Place, Put, RunQueue};
use sim::{Arc, Condvar, Mutex, model, thread};
use status::{Status, StatusWord};
use timers::{Due, Fire, Heap, Key, NEVER};

#[path = "../src/sched/idle.rs"]
#[allow(dead_code, reason = "the library uses the rest")]
mod idle;
#[path = "../src/queue.rs"]
#[allow(dead_code, reason = "the library uses the rest")]
mod queue;
#[path = "../src/status.rs"]
#[allow(dead_code, reason = "the library uses the rest")]
mod status;
#[path = "../src/timers.rs"]
#[allow(dead_code, reason = "the library uses the rest")]
mod timers;

/// Threads, locks and the way to try all orders: loom's, or the system's.
mod sim {
    #[cfg(loom)]
    pub(crate) use loom::sync::{Arc, Condvar, Mutex, MutexGuard};
    #[cfg(loom)]
    pub(crate) use loom::thread;
    #[cfg(not(loom))]
    pub(crate) use std::sync::{Arc, Condvar, Mutex, MutexGuard};
    #[cfg(not(loom))]
    pub(crate) use std::thread;

    #[cfg(loom)]
    pub(crate) fn model(bound: usize, f: impl Fn() + Send + Sync + 'static) {
        let mut builder = loom::model::Builder::new();
        builder.preemption_bound.get_or_insert(bound);
        builder.check(f);
    }

    #[cfg(not(loom))]
    pub(crate) fn model(_bound: usize, f: impl Fn() + Send + Sync + 'static) {
        for _ in 0..1_000 {
            f();
        }
    }
}

/// What the files above call `crate::primitives`.
mod primitives {
    use super::sim::{Mutex, MutexGuard};

    pub(crate) mod atomic {
        #[cfg(loom)]
        pub(crate) use loom::sync::atomic::{
            AtomicPtr, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering, fence,
        };
        #[cfg(not(loom))]
        pub(crate) use std::sync::atomic::{
            AtomicPtr, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering, fence,
        };
    }

    pub(crate) struct CachePadded<T>(pub(crate) T);

    impl<T> std::ops::Deref for CachePadded<T> {
        type Target = T;
        fn deref(&self) -> &T {
            &self.0
        }
    }

    pub(crate) struct Lock<T>(Mutex<T>);

    impl<T> Lock<T> {
        pub(crate) fn new(v: T) -> Lock<T> {
            Lock(Mutex::new(v))
        }

        pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
            self.0.lock().unwrap()
        }
    }
}

/// What the files above call `crate::goroutine`: a word of memory that loom watches, in place of a stack.
mod goroutine {
    #[cfg(loom)]
    use loom::cell::UnsafeCell;

    #[cfg(not(loom))]
    struct UnsafeCell<T>(std::cell::UnsafeCell<T>);

    #[cfg(not(loom))]
    impl<T> UnsafeCell<T> {
        fn new(v: T) -> Self {
            UnsafeCell(std::cell::UnsafeCell::new(v))
        }
        fn with_mut<R>(&self, f: impl FnOnce(*mut T) -> R) -> R {
            f(self.0.get())
        }
    }

    pub(crate) struct G {
        id: u64,
        stack: UnsafeCell<u64>,
        pub(crate) taken: std::sync::atomic::AtomicU32,
        pub(crate) status: super::StatusWord,
    }

    // SAFETY: that only one thread at a time uses `stack` is what the tests are about; loom says so if it is not.
    unsafe impl Sync for G {}
    // SAFETY: as above.
    unsafe impl Send for G {}

    impl G {
        /// It is never freed, as in the library.
        pub(crate) fn new(id: u64) -> &'static G {
            Box::leak(Box::new(G {
                id,
                stack: UnsafeCell::new(0),
                taken: std::sync::atomic::AtomicU32::new(0),
                status: super::StatusWord::new(),
            }))
        }

        pub(crate) fn take() -> &'static G {
            G::new(0)
        }

        pub(crate) fn id(&self) -> u64 {
            self.id
        }

        pub(crate) fn prefetch(&self) {}

        pub(crate) fn prefetch_stack(&self) {}

        pub(crate) fn prefetch_frames(&self) {}

        /// What whoever holds it does with it: nobody else may at the same time, and each sees what the one before did.
        pub(crate) fn run(&self, expect: u64) {
            self.stack.with_mut(|p| {
                // SAFETY: see above.
                unsafe {
                    assert_eq!(*p, expect);
                    *p += 1;
                }
            });
        }
    }

    impl PartialEq for G {
        fn eq(&self, other: &G) -> bool {
            std::ptr::eq(self, other)
        }
    }

    impl std::fmt::Debug for G {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            write!(f, "G{}", self.id)
        }
    }
}

// ---- the queue ------------------------------------------------------------------------------------------------------

/// Goroutines that were made by this thread.
fn newborns<const N: usize>() -> [&'static G; N] {
    std::array::from_fn(|i| {
        let g = G::new(i as u64);
        g.run(0);
        g
    })
}

/// One takes it out of a queue.
fn taken(g: &'static G) {
    g.run(1);
    g.taken.fetch_add(1, Relaxed);
}

fn put(q: &RunQueue, g: &'static G, place: Place) {
    if let Put::Overflow(half) = q.put(g, place) {
        half.into_iter().for_each(taken);
    }
}

/// A thief looks once at everything.
fn steal(q: &RunQueue) {
    let mine = RunQueue::new();
    let next = q.next();
    if let Some(g) = q.steal_into(&mine) {
        taken(g);
    }
    while let Some((g, _)) = mine.get() {
        taken(g);
    }
    if let Some(next) = next
        && let Some(g) = q.steal_next(&next)
    {
        taken(g);
    }
}

fn each_once(q: &RunQueue, gs: &[&'static G]) {
    while let Some((g, _)) = q.get() {
        taken(g);
    }
    for g in gs {
        assert_eq!(g.taken.load(Relaxed), 1, "{g:?}");
    }
}

#[test]
fn an_owner_and_a_thief_take_each_once() {
    model(3, || {
        let q = Arc::new(RunQueue::new());
        let thief = thread::spawn({
            let q = q.clone();
            move || steal(&q)
        });
        let gs = newborns::<3>();
        put(&q, gs[0], Place::Last);
        put(&q, gs[1], Place::Next);
        if let Some((g, _)) = q.get() {
            taken(g);
        }
        put(&q, gs[2], Place::Next);
        thief.join().unwrap();
        each_once(&q, &gs);
    });
}

#[test]
fn an_overflow_and_a_thief_take_each_once() {
    model(3, || {
        let q = Arc::new(RunQueue::new());
        let gs = newborns::<6>();
        // Full in loom's form; in the other it is not, and nothing overflows.
        for g in &gs[..4] {
            put(&q, g, Place::Last);
        }
        let thief = thread::spawn({
            let q = q.clone();
            move || steal(&q)
        });
        put(&q, gs[4], Place::Last);
        put(&q, gs[5], Place::Last);
        thief.join().unwrap();
        each_once(&q, &gs);
    });
}

#[test]
fn two_thieves_take_each_once() {
    model(3, || {
        let q = Arc::new(RunQueue::new());
        let gs = newborns::<3>();
        put(&q, gs[0], Place::Last);
        put(&q, gs[1], Place::Last);
        let thieves = [0, 1].map(|_| {
            let q = q.clone();
            thread::spawn(move || steal(&q))
        });
        put(&q, gs[2], Place::Next);
        for thief in thieves {
            thief.join().unwrap();
        }
        each_once(&q, &gs);
    });
}

#[test]
fn who_runs_next_is_run_once_by_owner_or_thief() {
    model(3, || {
        let q = Arc::new(RunQueue::new());
        let gs = newborns::<2>();
        put(&q, gs[0], Place::Next);
        let thief = thread::spawn({
            let q = q.clone();
            move || {
                if let Some(next) = q.next()
                    && let Some(g) = q.steal_next(&next)
                {
                    taken(g);
                }
            }
        });
        if let Some((g, inherits)) = q.get() {
            assert!(inherits);
            taken(g);
        }
        put(&q, gs[1], Place::Next);
        thief.join().unwrap();
        each_once(&q, &gs);
    });
}

#[test]
fn a_queue_with_somebody_in_it_never_looks_empty() {
    model(3, || {
        let q = Arc::new(RunQueue::new());
        let gs = newborns::<2>();
        put(&q, gs[0], Place::Next);
        let watcher = thread::spawn({
            let q = q.clone();
            move || assert!(!q.is_empty())
        });
        // The first goes from the one place to the other while somebody comes and goes.
        put(&q, gs[1], Place::Next);
        let second = q.get().expect("who runs next").0;
        taken(second);
        watcher.join().unwrap();
        each_once(&q, &gs);
    });
}

// ---- who searches and who sleeps ------------------------------------------------------------------------------------

/// A scheduler with nothing in it but its protocol. P 0 is held by the thread that submits, which runs on and on.
struct Machine {
    idle: Idle,
    queues: [RunQueue; 3],
    timers: Heap,
    state: Mutex<State>,
    called: Condvar,
    ran: Count,
}

struct State {
    idle_ps: Vec<usize>,
    /// Ps for Ms that were called, which search.
    given: Vec<usize>,
    /// The M that waits for timers was called.
    sleeper_called: bool,
}

impl Machine {
    fn new(searching: usize, idle_ps: Vec<usize>) -> Arc<Machine> {
        let idle = Idle::new();
        for _ in 0..searching {
            idle.search();
        }
        idle.set_ps(idle_ps.len());
        Arc::new(Machine {
            idle,
            queues: std::array::from_fn(|_| RunQueue::new()),
            timers: Heap::new(),
            state: Mutex::new(State {
                idle_ps,
                given: Vec::new(),
                sleeper_called: false,
            }),
            called: Condvar::new(),
            ran: Count::new(0),
        })
    }

    fn submit(&self, g: &'static G) {
        assert!(matches!(self.queues[0].put(g, Place::Last), Put::Queued));
        self.wake_one();
    }

    fn wake_one(&self) {
        if !self.idle.wants_one() {
            return;
        }
        let mut state = self.state.lock().unwrap();
        match state.idle_ps.pop() {
            Some(p) => {
                self.idle.set_ps(state.idle_ps.len());
                state.given.push(p);
                drop(state);
                self.called.notify_one();
            }
            None => {
                drop(state);
                self.idle.not_after_all();
            }
        }
    }

    /// An M that searches with this P, or sleeps without one, until it has a goroutine, which it runs for ever.
    fn find_one(&self, mut p: Option<usize>) {
        loop {
            if let Some(mine) = p {
                let others = (0..self.queues.len()).filter(|i| *i != mine);
                for q in others.map(|i| &self.queues[i]) {
                    if let Some(g) = q.steal_into(&self.queues[mine]) {
                        if self.idle.found() {
                            self.wake_one();
                        }
                        taken(g);
                        self.ran.fetch_add(1, Relaxed);
                        return;
                    }
                }
                let mut state = self.state.lock().unwrap();
                state.idle_ps.push(mine);
                self.idle.set_ps(state.idle_ps.len());
                drop(state);
                self.idle.give_up();
                if self.queues.iter().any(|q| !q.is_empty()) {
                    let mut state = self.state.lock().unwrap();
                    if let Some(again) = state.idle_ps.pop() {
                        self.idle.set_ps(state.idle_ps.len());
                        drop(state);
                        self.idle.search();
                        p = Some(again);
                        continue;
                    }
                }
            }
            let mut state = self.state.lock().unwrap();
            while state.given.is_empty() {
                state = self.called.wait(state).unwrap();
            }
            p = state.given.pop();
        }
    }
}

/// A lost wake-up is an M that sleeps for ever: loom says that everybody waits.
#[test]
fn who_goes_to_sleep_does_not_miss_what_is_submitted() {
    model(3, || {
        let machine = Machine::new(1, Vec::new());
        let m = thread::spawn({
            let machine = machine.clone();
            move || machine.find_one(Some(1))
        });
        let [g] = newborns::<1>();
        machine.submit(g);
        m.join().unwrap();
        assert_eq!(machine.ran.load(Relaxed), 1);
    });
}

#[test]
fn who_finds_work_sees_to_it_that_the_next_is_found() {
    model(2, || {
        let machine = Machine::new(1, vec![2]);
        let ms = [Some(1), None].map(|p| {
            let machine = machine.clone();
            thread::spawn(move || machine.find_one(p))
        });
        for g in newborns::<2>() {
            machine.submit(g);
        }
        for m in ms {
            m.join().unwrap();
        }
        assert_eq!(machine.ran.load(Relaxed), 2);
    });
}

impl Machine {
    fn set_timer(&self, when: u64, g: &'static G) {
        if !self.timers.wake(when, g) {
            return;
        }
        match self.idle.hears(when) {
            Hears::Anybody => self.wake_one(),
            Hears::Sleeper => {
                self.state.lock().unwrap().sleeper_called = true;
                self.called.notify_one();
            }
            Hears::Nobody => {}
        }
    }

    /// An M that gives this P up and waits for timers, until it sleeps for the one at `first` and for none later.
    fn rest(&self, mine: usize, first: u64) {
        let mut state = self.state.lock().unwrap();
        state.idle_ps.push(mine);
        self.idle.set_ps(state.idle_ps.len());
        drop(state);
        self.sleep_for(first);
    }

    /// The same, without a P.
    fn sleep_for(&self, first: u64) {
        let mut state = self.state.lock().unwrap();
        loop {
            self.idle.before_timers();
            let due = self.timers.first();
            if due != NEVER {
                self.idle.sleep_until(due);
                if self.timers.first() < due {
                    self.idle.wakes();
                    continue;
                }
                if due == first {
                    return;
                }
            }
            while state.given.is_empty() && !state.sleeper_called {
                state = self.called.wait(state).unwrap();
            }
            self.idle.wakes();
            state.sleeper_called = false;
            if let Some(p) = state.given.pop() {
                // It finds nothing to run.
                state.idle_ps.push(p);
                self.idle.set_ps(state.idle_ps.len());
                self.idle.give_up();
            }
        }
    }
}

#[test]
fn who_sleeps_for_timers_never_sleeps_past_the_first() {
    model(3, || {
        let machine = Machine::new(0, Vec::new());
        let m = thread::spawn({
            let machine = machine.clone();
            move || machine.rest(1, 5)
        });
        let gs = newborns::<3>();
        machine.set_timer(10, gs[0]);
        machine.set_timer(20, gs[1]);
        machine.set_timer(5, gs[2]);
        m.join().unwrap();
    });
}

#[test]
fn who_woke_in_time_and_sleeps_again_hears_of_what_came_meanwhile() {
    model(3, || {
        let machine = Machine::new(0, vec![1]);
        let [late, g] = newborns::<2>();
        assert!(machine.timers.wake(20, late));
        // It slept for one that is due at 5, which has fired.
        machine.idle.sleep_until(5);
        let m = thread::spawn({
            let machine = machine.clone();
            move || {
                let state = machine.state.lock().unwrap();
                machine.idle.wakes();
                drop(state);
                machine.sleep_for(10);
            }
        });
        machine.set_timer(10, g);
        m.join().unwrap();
    });
}

// ---- timers ---------------------------------------------------------------------------------------------------------

struct Call(Count);

impl Fire for Call {
    fn fire(self: std::sync::Arc<Self>, _: Key, _: u64) {
        self.0.fetch_add(1, Relaxed);
    }
}

#[test]
fn of_a_removal_and_a_firing_exactly_one_has_the_call_and_the_head_is_alive() {
    model(3, || {
        let heap: &'static Heap = Box::leak(Box::new(Heap::new()));
        let call = std::sync::Arc::new(Call(Count::new(0)));
        let (key, first) = heap.add(5, call.clone());
        assert!(first);
        heap.add(7, call.clone());
        let removes = thread::spawn(move || usize::from(key.remove().is_some()));
        if let Some(due) = heap.pop_due(5) {
            let Due::Call(call, key) = due else {
                panic!("no goroutine sleeps here");
            };
            call.fire(key, 5);
        }
        let removed = removes.join().unwrap();
        assert_eq!(removed + call.0.load(Relaxed), 1);
        assert_eq!((heap.first(), heap.len()), (7, 1));
    });
}

#[test]
fn of_a_setting_anew_and_a_firing_exactly_one_has_the_call_and_the_head_has_its_moment() {
    model(3, || {
        let heap: &'static Heap = Box::leak(Box::new(Heap::new()));
        let [a, b] = [0, 1].map(|_| std::sync::Arc::new(Call(Count::new(0))));
        let (_, slot) = heap.add(5, a.clone()).0.place();
        heap.add(7, b.clone());
        let puts_off = thread::spawn({
            let a = a.clone();
            move || heap.set_anew(slot, &a, 9).is_some()
        });
        let due = heap.pop_due(6);
        let fired = due.is_some();
        if let Some(Due::Call(call, key)) = due {
            call.fire(key, 6);
        }
        let put_off = puts_off.join().unwrap();
        assert_eq!((put_off, a.0.load(Relaxed)), (!fired, usize::from(fired)));
        assert_eq!((heap.first(), heap.len()), (7, 1 + usize::from(put_off)));
        assert!(heap.pop_due(7).is_some());
        assert_eq!(heap.first(), if put_off { 9 } else { NEVER });
    });
}

// ---- parking and waking ---------------------------------------------------------------------------------------------

#[test]
fn who_parks_is_woken_once_it_stands_still_and_is_seen_whole() {
    model(3, || {
        // What it waits on: a lock, and a queue of those who wait.
        let object = Arc::new(Mutex::new(Vec::<&'static G>::new()));
        let [g] = newborns::<1>();
        g.status.set(Status::Running);
        let scheduler = thread::spawn({
            let object = object.clone();
            move || {
                let mut waiters = object.lock().unwrap();
                waiters.push(g);
                // The last thing on its own stack. Then the switch, and what `carry_out` does.
                g.run(1);
                g.status.set(Status::Waiting);
                drop(waiters);
            }
        });
        let waiter = object.lock().unwrap().pop();
        let ran = waiter.is_some();
        if let Some(g) = waiter {
            assert!(g.status.wake(), "it is in the queue before it waits");
            g.run(2);
            g.status.set(Status::Running);
        }
        scheduler.join().unwrap();
        let now = if ran {
            Status::Running
        } else {
            Status::Waiting
        };
        assert_eq!(g.status.get(), now);
        assert_eq!(object.lock().unwrap().len(), usize::from(!ran));
    });
}

#[test]
fn of_two_who_wake_one_succeeds() {
    model(3, || {
        let [g] = newborns::<1>();
        g.status.set(Status::Waiting);
        let wakers = [0, 1].map(|_| {
            thread::spawn(move || {
                let woken = g.status.wake();
                if woken {
                    g.run(1);
                }
                usize::from(woken)
            })
        });
        let woken: usize = wakers.into_iter().map(|w| w.join().unwrap()).sum();
        assert_eq!((woken, g.status.get()), (1, Status::Runnable));
    });
}

#[cfg(not(loom))]
mod limit;
