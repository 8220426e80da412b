//! M: a thread that runs goroutines while it holds a P, and what it does for the goroutine it runs.

use std::io;
use std::os::fd::BorrowedFd;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::p::ID_BATCH;
use super::preempt::Stop;
use super::syscall::Call;
use super::tell::{self, Told};
use super::threads::Maker;
use super::{P, Sched};
use crate::coro::{Command, Resumed};
use crate::goroutine::{G, Status};
use crate::lock;
use crate::overflow::AltStack;
use crate::poller::{Mode, PollDesc};
use crate::primitives::{HOOKS, Lock};
use crate::queue::{Place, Put};
use crate::seam::{self, Crashed, Newborn, Scheduler};
use crate::signal::At;
use crate::snapshot::SchedSnapshot;
use crate::timers::Heap;
use crate::trace::What;

/// A thread of a runtime. Pooled and never freed, as a `G`: wakers hold plain references.
pub(crate) struct M {
    id: AtomicUsize,
    sched: AtomicPtr<Sched>,
    p: AtomicPtr<P>,
    running: AtomicPtr<G>,
    /// How deep its thread is in the runtime's own code, where its P must not be taken away. Written by its thread only.
    critical: AtomicU32,
    /// Its P was taken away while its goroutine ran on. Written under the state's lock.
    taken: AtomicBool,
    /// Its goroutine shall give way at its next call into the library.
    asked: AtomicBool,
    /// Its goroutine gives way because it was asked to: for the trace.
    preempted: AtomicBool,
    /// The blocking call that its goroutine has announced.
    pub(super) call: Call,
    /// Where it notes what it does, if anywhere.
    pub(super) told: Told,
    /// Its goroutine ended wired to its thread, which ends too.
    ends: AtomicBool,
    /// The P that was taken from it last, by number plus one: the first that it asks for.
    former: AtomicUsize,
    /// How its thread stands to the preemption signal.
    pub(super) stop: Stop,
    /// Searches for work, and is counted in `Idle::spinning`.
    pub(super) spinning: AtomicBool,
    seat: Mutex<Seat>,
    called: Condvar,
}

/// How an M is woken.
#[derive(Default)]
struct Seat {
    called: bool,
    /// It sleeps in the netpoller.
    polls: bool,
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
                critical: AtomicU32::new(1),
                taken: AtomicBool::new(false),
                asked: AtomicBool::new(false),
                preempted: AtomicBool::new(false),
                call: Call::new(),
                told: Told::new(),
                ends: AtomicBool::new(false),
                former: AtomicUsize::new(0),
                stop: Stop::new(),
                spinning: AtomicBool::new(false),
                seat: Mutex::new(Seat::default()),
                called: Condvar::new(),
            }))
        });
        m.id.store(id, Ordering::Relaxed);
        m.sched
            .store(std::ptr::from_ref(sched).cast_mut(), Ordering::Release);
        m.end_polling();
        m.critical.store(1, Ordering::Relaxed);
        m.taken.store(false, Ordering::Relaxed);
        m.call.reset();
        m.told.set(sched.told.tape());
        m.ends.store(false, Ordering::Relaxed);
        m.former.store(0, Ordering::Relaxed);
        m.take_asked();
        m.stop.reset();
        m
    }

    pub(super) fn give_back(&'static self) {
        self.told.set(None);
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

    /// The goroutine that it runs gives way. Called by that goroutine's own code, which may go on on another M.
    pub(super) fn suspend(&self) {
        let g = self.running().expect("called by a goroutine");
        // SAFETY: `g` is the goroutine that runs.
        #[allow(unsafe_code, reason = "see the comment")]
        unsafe {
            g.suspend(Command::Yield);
        }
    }

    fn held(&self) -> &'static P {
        self.p()
            .expect("an M runs goroutines only while it holds a P")
    }

    /// Gives it a P before it runs. Under the state's lock, as `drop_p`: see `procs.rs`.
    pub(super) fn assign(&'static self, p: &'static P, spinning: bool) {
        self.spinning.store(spinning, Ordering::Relaxed);
        self.sched()
            .tell(None, Some(self), Some(p), What::ProcStart);
        p.held_by(Some(self));
        self.p
            .store(std::ptr::from_ref(p).cast_mut(), Ordering::Release);
    }

    /// Takes its P from it, and with it what its goroutine was asked for: every choice point of the process looks for as
    /// long as anybody is asked (`HOOKS`), and this M may sleep for long now.
    pub(super) fn drop_p(&self) -> Option<&'static P> {
        let p = self.p()?;
        self.take_asked();
        self.sched().tell(None, Some(self), Some(p), What::ProcStop);
        p.held_by(None);
        self.p.store(std::ptr::null_mut(), Ordering::Release);
        Some(p)
    }

    // ---- the runtime's own code: see `preempt.rs` ---------------------------------------------------------------

    /// From here on, until the guard is dropped, nobody takes its P away; if somebody has, waits for one first. For the
    /// goroutine that runs.
    #[inline]
    pub(super) fn enter(&'static self) -> Critical {
        if self.begin_critical() {
            self.regain();
        }
        Critical
    }

    /// Says whether the P was taken away before, or may be at any moment: its goroutine is in a call that it announced.
    #[inline]
    pub(super) fn begin_critical(&self) -> bool {
        // Whoever takes a P away stores `taken`, runs a barrier on every thread, and then loads `critical`: so a fence
        // for the compiler, which is in there, is enough here.
        lock::count_in();
        self.taken.load(Ordering::Relaxed) || self.call.is_on()
    }

    /// Whether its thread is in the runtime's own code.
    pub(super) fn is_critical(&self) -> bool {
        self.critical.load(Ordering::Relaxed) != 0
    }

    pub(super) fn set_taken(&self, taken: bool) {
        self.taken.store(taken, Ordering::SeqCst);
    }

    pub(super) fn is_taken(&self) -> bool {
        self.taken.load(Ordering::Relaxed)
    }

    /// Under the state's lock: that its P was taken is known to its thread, or does not matter any more; and the call that
    /// was announced is no longer one.
    pub(super) fn settle(&self) {
        self.call.reset();
        if self.is_taken() {
            self.set_taken(false);
            self.sched().without_p.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// Remembers the P that is taken from it.
    pub(super) fn set_former(&self, p: &'static P) {
        self.former.store(p.id + 1, Ordering::Relaxed);
    }

    /// The P that was taken from it last, by number plus one; 0 for none.
    pub(super) fn former(&self) -> usize {
        self.former.load(Ordering::Relaxed)
    }

    pub(super) fn in_syscall(&self) -> bool {
        self.call.is_on()
    }

    /// Asks its goroutine to give way at its next call into the library. Under the state's lock while it holds a P, or by
    /// its own thread.
    pub(super) fn ask(&self) {
        if !self.asked.swap(true, Ordering::Relaxed) {
            HOOKS.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Whether its goroutine is asked to give way, and has not done so yet.
    pub(super) fn is_asked(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
    }

    /// Whether the goroutine that just gave way was asked to.
    pub(super) fn was_preempted(&self) -> bool {
        self.preempted.swap(false, Ordering::Relaxed)
    }

    /// Whether its goroutine was asked to give way. It is not asked any more.
    pub(super) fn take_asked(&self) -> bool {
        let asked = self.asked.load(Ordering::Relaxed) && self.asked.swap(false, Ordering::Relaxed);
        if asked {
            HOOKS.fetch_sub(1, Ordering::Relaxed);
        }
        asked
    }

    /// Nobody panics while holding it.
    fn seat(&self) -> MutexGuard<'_, Seat> {
        self.seat.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes it; a call before it sleeps is not lost.
    pub(super) fn call(&self) {
        lock::count_in();
        let mut seat = self.seat();
        seat.called = true;
        let polls = seat.polls;
        drop(seat);
        if polls {
            self.sched().netpoll.wake();
        } else {
            self.called.notify_one();
        }
        lock::count_out();
    }

    /// Before it blocks in the netpoller; `false` if it was called already, and must not.
    pub(super) fn begin_polling(&self) -> bool {
        let mut seat = self.seat();
        seat.polls = !seat.called;
        seat.polls
    }

    /// Whether it was called since it began to poll.
    pub(super) fn is_called(&self) -> bool {
        self.seat().called
    }

    /// It is back from there, called or not.
    pub(super) fn end_polling(&self) {
        *self.seat() = Seat::default();
    }

    /// Sleeps until it is called, or for `most`.
    pub(super) fn sleep(&self, most: Option<Duration>) {
        let seat = self.seat();
        let mut seat = match most {
            None => self
                .called
                .wait_while(seat, |s| !s.called)
                .unwrap_or_else(PoisonError::into_inner),
            Some(d) => {
                self.called
                    .wait_timeout_while(seat, d, |s| !s.called)
                    .unwrap_or_else(PoisonError::into_inner)
                    .0
            }
        };
        seat.called = false;
    }

    /// What its thread does, from its first P to the end of the runtime.
    pub(super) fn main(&'static self) {
        let _signals = AltStack::new();
        self.stop.here();
        // From 1: the M's own loop is the runtime's own code.
        lock::count_with(Some(&self.critical));
        seam::set_current(Some(self), None);
        // Whether anybody looks was settled before its thread began: nobody pays for it at a switch otherwise.
        if self.told.tape().is_some() || self.sched().is_watched() {
            self.take_turns::<true>();
        } else {
            self.take_turns::<false>();
        }
        seam::set_current(None, None);
        lock::count_with(None);
        self.sched().leave(self);
    }

    // All of it in one piece: it is gone through at each switch.
    #[inline(always)]
    fn take_turns<const TOLD: bool>(&'static self) {
        while let Some((g, inherits)) = self.find_runnable() {
            self.execute::<TOLD>(g, inherits);
            if self.ends.load(Ordering::Relaxed) {
                break;
            }
        }
    }

    /// Runs one goroutine until it suspends or ends.
    #[inline(always)]
    fn execute<const TOLD: bool>(&'static self, g: &'static G, inherits: bool) {
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
        if !self.equip(g) {
            return;
        }
        let mut resumed = self.resume::<TOLD>(g);
        // A goroutine that suspends while it unwinds stays with this thread, and this thread with it: Rust counts panics
        // by thread. So does one that has called `lock_os_thread`.
        while let Resumed::Suspended(command) = resumed
            && (g.is_wired() || std::thread::panicking())
        {
            if !self.stay_with(g, command) {
                return;
            }
            resumed = self.resume::<TOLD>(g);
        }
        match resumed {
            Resumed::Suspended(command) => self.carry_out(g, command),
            Resumed::Done => {
                // What the goroutine did to its thread, nobody else shall meet: the thread ends with it, as in Go.
                self.ends.store(g.is_wired(), Ordering::Relaxed);
                self.bury(g);
            }
        }
    }

    /// Gives a goroutine that begins its stack. `false`: there is none, and the runtime ends.
    #[inline]
    fn equip(&'static self, g: &'static G) -> bool {
        // SAFETY: taken from a queue, so this thread alone holds it.
        #[allow(unsafe_code, reason = "see the comment")]
        let coro = unsafe { g.coro() };
        let Some(coro) = coro.as_mut().filter(|coro| coro.is_unborn()) else {
            return true;
        };
        let mut guard = self.held().local.lock();
        let local = &mut *guard;
        let pool = local.pool.as_ref().expect("a P that runs has its pool");
        match local.stacks.get(pool) {
            Ok(stack) => {
                drop(guard);
                g.set_stack(stack.place());
                coro.be_born(stack);
                true
            }
            Err(e) => {
                drop(guard);
                self.sched().out_of_stacks(&e, Some(g));
                false
            }
        }
    }

    #[inline(always)]
    fn resume<const TOLD: bool>(&'static self, g: &'static G) -> Resumed {
        g.set_status(Status::Running);
        self.take_asked();
        if TOLD {
            self.tell_start(g);
        }
        self.running
            .store(std::ptr::from_ref(g).cast_mut(), Ordering::Release);
        seam::set_current(Some(self), Some(g));
        // SAFETY: taken from a queue, so this thread alone holds it until the resume returns.
        #[allow(unsafe_code, reason = "see the comment")]
        let coro = unsafe { g.coro() };
        let coro = coro.as_mut().expect("a queued goroutine has a coroutine");
        lock::count_out();
        let resumed = coro.resume();
        if self.begin_critical() {
            // The P is gone: what the goroutine asked for can be done without one. Or the goroutine waits for something of
            // ours in the middle of a call that it announced.
            let _state = self.sched().state.lock();
            self.settle();
        }
        if TOLD {
            self.tell_how(g, &resumed);
        }
        seam::set_current(Some(self), None);
        self.running.store(std::ptr::null_mut(), Ordering::Release);
        resumed
    }

    /// Does what a goroutine asked for when it suspended. Afterwards somebody else may run it already.
    fn carry_out(&self, g: &'static G, command: Command) {
        match command {
            Command::Yield => {
                g.set_wait_since(0);
                g.set_status(Status::Runnable);
                self.sched().global_put(g);
            }
            Command::StandBack => {
                g.set_status(Status::Runnable);
                match self.p() {
                    Some(_) => self.as_static().queue(g, Place::Last),
                    None => self.sched().global_put(g),
                }
            }
            Command::Park(unlock) => {
                g.set_wait_since(self.sched().coarse.load(Ordering::Relaxed));
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
        self.tell_of(g, || What::Stay);
        let mut state = sched.state.lock();
        state.locked_ms.push(self);
        state.unsettled += 1;
        let maker = Maker::beside(g);
        let yields = matches!(command, Command::Yield);
        if yields {
            // Before anybody else has the P, or it would lose its turn to them.
            g.set_status(Status::Runnable);
            sched.global_put_locked(&mut state, g);
        }
        match self.drop_p() {
            Some(p) => sched.start_m_by(maker, state, p, false),
            None => drop(state),
        }
        if !yields {
            self.carry_out(g, command);
        }
        // Until now nobody could tell whether everything sleeps: somebody has to look again.
        let mut state = sched.state.lock();
        state.unsettled -= 1;
        if !sched.is_stopping()
            && let Some(p) = sched.take_idle_p(&mut state)
        {
            sched.start_m_by(maker, state, p, false);
            state = sched.state.lock();
        }
        loop {
            // Before it sleeps, too: whoever ends the runtime calls those who are among `locked_ms` at that moment.
            if sched.is_stopping() {
                state.locked_ms.retain(|m| !std::ptr::eq(*m, self));
                return false;
            }
            if self.p().is_some() {
                return true;
            }
            drop(state);
            self.sleep(None);
            state = sched.state.lock();
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
        m.settle();
        g.lock_to(None);
        g.set_status(Status::Running);
        sched.tell(Some(g), Some(m), m.p(), What::Start);
        drop(state);
        if !m.stop.let_go() {
            m.call();
        }
    }

    /// A goroutine has ended: its stack and its `G` are ready for the next.
    fn bury(&self, g: &'static G) {
        // SAFETY: this thread still holds it, and nobody else knows it: it waits nowhere.
        #[allow(unsafe_code, reason = "see the comment")]
        let coro = unsafe { g.coro() }.take();
        g.set_status(Status::Dead);
        // Its P may be gone; any P's cache will do.
        let p = self.p().unwrap_or_else(|| self.sched().p(0));
        let mut guard = p.local.lock();
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
    pub(super) fn queue(&'static self, g: &'static G, place: Place) {
        match self.held().queue.put(g, place) {
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
        let _critical = self.as_static().enter();
        let mut guard = self.held().local.lock();
        let local = &mut *guard;
        if local.next_id == local.last_id {
            local.next_id = sched.next_id.fetch_add(ID_BATCH, Ordering::Relaxed);
            local.last_id = local.next_id + ID_BATCH;
        }
        let id = local.next_id;
        local.next_id += 1;
        local.alive += 1;
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
            stack: None,
        }
    }

    fn start(&self, g: &'static G) {
        let m = self.as_static();
        let _critical = m.enter();
        m.tell(|| tell::created(g));
        m.queue(g, Place::Next);
    }

    fn ready(&self, g: &'static G) {
        let m = self.as_static();
        if m.begin_critical() {
            m.ready_without_p(g);
            return;
        }
        let _critical = Critical;
        m.tell(|| tell::readied(g, m.running()));
        let woken = g.wake();
        debug_assert!(woken, "ready on a goroutine that does not wait");
        if woken {
            m.queue(g, Place::Next);
        }
    }

    fn now(&self) -> u64 {
        self.sched().nanos()
    }

    fn watch(&self, fd: BorrowedFd<'_>) -> Option<io::Result<&'static PollDesc>> {
        let _critical = self.as_static().enter();
        Some(self.sched().watch_fd(fd))
    }

    fn wake_desc_by(&self, when: u64, desc: &'static PollDesc, mode: Mode) {
        let _critical = self.as_static().enter();
        self.sched().wake_desc_by(when, desc, mode);
    }

    fn count_waiter(&self, waits: bool) {
        self.sched().netpoll.count(waits);
    }

    fn timers(&self) -> &'static Heap {
        // A goroutine that sleeps while it unwinds has given its P away already.
        &self.p().unwrap_or_else(|| self.sched().p(0)).timers
    }

    fn timer_was_set(&self, when: u64) {
        // Without taking a P that was lost: the caller may hold an object's lock, and must not wait.
        lock::count_in();
        self.sched().timer_was_set(when);
        lock::count_out();
    }

    fn crash(&self, g: &'static G, crash: Crashed) {
        self.sched().crash(g, crash);
    }

    fn can_spin(&self) -> bool {
        let sched = self.sched();
        let busy = sched
            .procs()
            .saturating_sub(sched.idle.ps() + sched.idle.spinning());
        // Its own may have been taken from it.
        busy > 1 && self.p().is_some_and(|p| p.queue.is_empty())
    }

    fn poll(&self, g: &'static G) {
        if self.take_asked() {
            self.preempted.store(true, Ordering::Relaxed);
            if let Some(p) = self.p() {
                p.preempted.fetch_add(1, Ordering::Relaxed);
            }
            // SAFETY: called by the goroutine that runs.
            #[allow(unsafe_code, reason = "see the comment")]
            unsafe {
                g.suspend(Command::Yield);
            }
        }
    }

    fn interrupted(&self, g: &'static G, at: At) {
        self.stop_here(g, at);
    }

    fn overflowed(&self, g: &'static G, sp: usize, pc: usize) {
        self.leave_full(g, sp, pc);
    }

    fn begin_syscall(&self) {
        self.as_static().begin_call();
    }

    fn end_syscall(&self, g: &'static G) {
        self.as_static().end_call(g);
    }

    fn count(&self) -> usize {
        self.sched().count()
    }

    fn set_procs(&self, n: usize) -> usize {
        self.as_static().change_procs(n)
    }

    fn set_max_threads(&self, n: usize) -> usize {
        self.sched().set_max_threads(n)
    }

    fn snapshot(&self) -> SchedSnapshot {
        self.sched().look()
    }

    fn tell(&self, what: &dyn Fn() -> What) {
        if let Some(tape) = self.told.tape() {
            self.note(tape, self.running(), what());
        }
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

/// While it lives, its M's thread is in the runtime's own code.
pub(super) struct Critical;

impl Drop for Critical {
    #[inline]
    fn drop(&mut self) {
        lock::count_out();
    }
}
