//! M: a thread that runs goroutines while it holds a P, and what it does for the goroutine it runs.

use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::Condvar;

use super::p::ID_BATCH;
use super::{P, Sched};
use crate::coro::{Command, Resumed};
use crate::goroutine::{G, Status};
use crate::overflow::AltStack;
use crate::primitives::Lock;
use crate::queue::Put;
use crate::seam::{self, Crashed, Newborn, Observer, Scheduler};
use crate::snapshot::SchedSnapshot;

/// A thread of a runtime. Pooled and never freed, as a `G`: wakers hold plain references.
pub(crate) struct M {
    id: AtomicUsize,
    sched: AtomicPtr<Sched>,
    p: AtomicPtr<P>,
    running: AtomicPtr<G>,
    /// Searches for work, and is counted in `Sched::spinning`.
    pub(super) spinning: AtomicBool,
    seat: Lock<Seat>,
    called: Condvar,
}

/// How an M is woken.
#[derive(Default)]
struct Seat {
    called: bool,
}

static POOL: Lock<Vec<&'static M>> = Lock::new(Vec::new());

impl M {
    /// An M of this runtime without a thread yet.
    pub(super) fn take(sched: &'static Sched, id: usize) -> &'static M {
        let m: &'static M = POOL.lock().pop().unwrap_or_else(|| {
            Box::leak(Box::new(M {
                id: AtomicUsize::new(0),
                sched: AtomicPtr::new(std::ptr::null_mut()),
                p: AtomicPtr::new(std::ptr::null_mut()),
                running: AtomicPtr::new(std::ptr::null_mut()),
                spinning: AtomicBool::new(false),
                seat: Lock::new(Seat::default()),
                called: Condvar::new(),
            }))
        });
        m.id.store(id, Ordering::Relaxed);
        m.sched
            .store(std::ptr::from_ref(sched).cast_mut(), Ordering::Release);
        m.seat.lock().called = false;
        m
    }

    pub(super) fn give_back(&'static self) {
        POOL.lock().push(self);
    }

    pub(crate) fn id(&self) -> usize {
        self.id.load(Ordering::Relaxed)
    }

    #[allow(unsafe_code, reason = "see the comment")]
    pub(super) fn sched(&self) -> &'static Sched {
        // SAFETY: stored from a `&'static Sched` in `take`, before anybody else could see this M.
        unsafe { &*self.sched.load(Ordering::Relaxed) }
    }

    /// The P it holds.
    #[allow(unsafe_code, reason = "see the comment")]
    pub(super) fn p(&self) -> Option<&'static P> {
        // SAFETY: null, or stored from a `&'static P` in `assign`.
        unsafe { self.p.load(Ordering::Acquire).as_ref() }
    }

    /// The goroutine it runs.
    #[allow(unsafe_code, reason = "see the comment")]
    pub(super) fn running(&self) -> Option<&'static G> {
        // SAFETY: null, or stored from a `&'static G` in `execute`.
        unsafe { self.running.load(Ordering::Acquire).as_ref() }
    }

    fn held(&self) -> &'static P {
        self.p()
            .expect("an M runs goroutines only while it holds a P")
    }

    /// Gives it a P before it runs.
    pub(super) fn assign(&self, p: &'static P, spinning: bool) {
        self.spinning.store(spinning, Ordering::Relaxed);
        self.p
            .store(std::ptr::from_ref(p).cast_mut(), Ordering::Release);
    }

    pub(super) fn drop_p(&self) -> Option<&'static P> {
        let p = self.p();
        self.p.store(std::ptr::null_mut(), Ordering::Release);
        p
    }

    /// Wakes it; a call before it sleeps is not lost.
    pub(super) fn call(&self) {
        let mut seat = self.seat.lock();
        seat.called = true;
        drop(seat);
        self.called.notify_one();
    }

    /// Sleeps until it is called, or for `most`.
    pub(super) fn sleep(&self, most: Option<Duration>) {
        let mut seat = self.seat.lock();
        match most {
            None => {
                while !seat.called {
                    self.called.wait(&mut seat);
                }
            }
            Some(d) => {
                if !seat.called {
                    self.called.wait_for(&mut seat, d);
                }
            }
        }
        seat.called = false;
    }

    /// What its thread does, from its first P to the end of the runtime.
    pub(super) fn main(&'static self) {
        let _signals = AltStack::new();
        seam::set_current(Some(self), None);
        while let Some((g, inherits)) = self.find_runnable() {
            self.execute(g, inherits);
        }
        seam::set_current(None, None);
        self.sched().leave(self);
    }

    /// Runs one goroutine until it suspends or ends.
    fn execute(&'static self, g: &'static G, inherits: bool) {
        let p = self.held();
        if !inherits {
            p.tick.store(
                p.tick.load(Ordering::Relaxed).wrapping_add(1),
                Ordering::Relaxed,
            );
        }
        if let Some(id) = g.locked_to() {
            self.pass_on(g, id);
            return;
        }
        let mut resumed = self.resume(g);
        // A goroutine that suspends while it unwinds stays with this thread, and this thread with it: Rust counts panics
        // by thread.
        while let Resumed::Suspended(command) = resumed
            && std::thread::panicking()
        {
            if !self.stay_with(g, command) {
                return;
            }
            resumed = self.resume(g);
        }
        match resumed {
            Resumed::Suspended(command) => self.carry_out(g, command),
            Resumed::Done => self.bury(g),
        }
    }

    fn resume(&'static self, g: &'static G) -> Resumed {
        g.set_status(Status::Running);
        self.running
            .store(std::ptr::from_ref(g).cast_mut(), Ordering::Release);
        seam::set_current(Some(self), Some(g));
        // SAFETY: taken from a queue, so this thread alone holds it until the resume returns.
        #[allow(unsafe_code, reason = "see the comment")]
        let coro = unsafe { g.coro() };
        let resumed = coro
            .as_mut()
            .expect("a queued goroutine has a coroutine")
            .resume();
        seam::set_current(Some(self), None);
        self.running.store(std::ptr::null_mut(), Ordering::Release);
        resumed
    }

    /// Does what a goroutine asked for when it suspended. Afterwards somebody else may run it already.
    fn carry_out(&self, g: &'static G, command: Command) {
        match command {
            Command::Yield => {
                g.set_status(Status::Runnable);
                self.sched().global_put(g);
            }
            Command::Park(unlock) => {
                g.set_status(Status::Waiting);
                if let Some(unlock) = unlock {
                    // SAFETY: the goroutine that parked promised that `data` is valid until it is readied, which can
                    // happen only once this has run.
                    #[allow(unsafe_code, reason = "see the comment")]
                    unsafe {
                        (unlock.run)(unlock.data);
                    }
                }
            }
        }
    }

    /// Gives the P to another M, does what `g` asked for, and sleeps until `g` may go on. `false`: the runtime ends.
    ///
    /// The order matters: once `command` is carried out, whoever takes `g` from a queue looks for this M among
    /// `locked_ms`, to hand it a P.
    fn stay_with(&'static self, g: &'static G, command: Command) -> bool {
        let sched = self.sched();
        g.lock_to(Some(self.id()));
        let mut state = sched.state.lock();
        state.locked_ms.push(self);
        state.unsettled += 1;
        if let Some(p) = self.drop_p() {
            sched.start_m(state, p, false);
        }
        self.carry_out(g, command);
        // Until now nobody could tell whether everything sleeps: somebody has to look again.
        let mut state = sched.state.lock();
        state.unsettled -= 1;
        match sched.take_idle_p(&mut state) {
            Some(p) if !sched.is_stopping() => sched.start_m(state, p, false),
            _ => drop(state),
        }
        loop {
            self.sleep(None);
            let mut state = sched.state.lock();
            if sched.is_stopping() {
                state.locked_ms.retain(|m| !std::ptr::eq(*m, self));
                return false;
            }
            if self.p().is_some() {
                g.lock_to(None);
                return true;
            }
        }
    }

    /// `g` may run on another M only: hands that M this one's P.
    fn pass_on(&'static self, g: &'static G, id: usize) {
        let sched = self.sched();
        let mut state = sched.state.lock();
        let Some(i) = state.locked_ms.iter().position(|m| m.id() == id) else {
            // It has left already: the runtime ends.
            debug_assert!(
                sched.is_stopping(),
                "{g:?} is locked to an M that does not wait for it"
            );
            return;
        };
        let m = state.locked_ms.swap_remove(i);
        if let Some(p) = self.drop_p() {
            m.assign(p, false);
        }
        drop(state);
        m.call();
    }

    /// A goroutine has ended: its stack and its `G` are ready for the next.
    fn bury(&self, g: &'static G) {
        // SAFETY: this thread still holds it, and nobody else knows it: it waits nowhere.
        #[allow(unsafe_code, reason = "see the comment")]
        let coro = unsafe { g.coro() }.take();
        g.set_status(Status::Dead);
        let mut guard = self.held().local.lock();
        let local = &mut *guard;
        local.alive -= 1;
        if let (Some(coro), Some(pool)) = (coro, &local.pool) {
            local.stacks.put(pool, coro.into_stack());
        }
        local.free.push(g);
        if local.free.len() >= 64 {
            let spill = local.free.split_off(32);
            drop(guard);
            self.sched().state.lock().free.extend(spill);
        }
    }

    /// Puts a goroutine into the local queue and tells those who might want it.
    pub(super) fn queue(&'static self, g: &'static G, next: bool) {
        match self.held().queue.put(g, next) {
            Put::Queued => {}
            Put::Overflow(half) => self.sched().global_put_all(half),
        }
        self.sched().wake_one();
    }
}

impl Scheduler for M {
    fn home(&self) -> u64 {
        self.sched().home.load(Ordering::Relaxed)
    }

    fn prepare(&self) -> Newborn {
        let sched = self.sched();
        let mut guard = self.held().local.lock();
        let local = &mut *guard;
        if local.next_id == local.last_id {
            local.next_id = sched.next_id.fetch_add(ID_BATCH, Ordering::Relaxed);
            local.last_id = local.next_id + ID_BATCH;
        }
        let id = local.next_id;
        local.next_id += 1;
        local.alive += 1;
        let pool = local.pool.as_ref().expect("a P that runs has its pool");
        let stack = match local.stacks.get(pool) {
            Ok(stack) => stack,
            Err(e) => {
                drop(guard);
                super::out_of_stacks(&e);
            }
        };
        let g = local.free.pop();
        drop(guard);
        let g = g.unwrap_or_else(|| {
            let mut state = sched.state.lock();
            if let Some(g) = state.free.pop() {
                return g;
            }
            let g = G::take();
            state.all.push(g);
            g
        });
        Newborn {
            g,
            id,
            slot: 0,
            stack,
        }
    }

    fn start(&self, g: &'static G) {
        self.as_static().queue(g, true);
    }

    fn ready(&self, g: &'static G) {
        let woken = g.wake();
        debug_assert!(woken, "ready on a goroutine that does not wait");
        if woken {
            self.as_static().queue(g, true);
        }
    }

    fn now(&self) -> u64 {
        self.sched().nanos()
    }

    fn wake_at(&self, when: u64, g: &'static G) {
        // A goroutine that sleeps while it unwinds has given its P away already.
        let sched = self.sched();
        self.p().unwrap_or_else(|| sched.p(0)).add_timer(when, g);
        sched.timer_was_set(when);
    }

    fn crash(&self, g: &'static G, crash: Crashed) {
        self.sched().crash(g, crash);
    }

    fn can_spin(&self) -> bool {
        let sched = self.sched();
        let busy = sched.procs().saturating_sub(
            sched.idle_p_count.load(Ordering::Relaxed) + sched.spinning.load(Ordering::Relaxed),
        );
        // A goroutine that unwinds runs without a P.
        busy > 1 && self.p().is_some_and(|p| p.queue.is_empty())
    }

    fn observer(&self) -> Option<&dyn Observer> {
        None
    }

    fn count(&self) -> usize {
        self.sched().count()
    }

    fn set_procs(&self, n: usize) -> usize {
        self.sched().set_procs(n)
    }

    fn snapshot(&self) -> SchedSnapshot {
        self.sched().look()
    }

    fn dump(&self, first: &'static G, at: Option<String>) -> String {
        self.sched().dump(first, at)
    }
}

impl M {
    #[allow(unsafe_code, reason = "see the comment")]
    fn as_static(&self) -> &'static M {
        // SAFETY: an M is made by `Box::leak` in `take` only, and never freed.
        unsafe { &*std::ptr::from_ref(self) }
    }
}
