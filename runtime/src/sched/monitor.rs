//! sysmon: watches from outside, without a P, and takes Ps away from goroutines that keep them too long.
//!
//! It runs on the thread that called `run`, which would only wait otherwise. It looks every 20 µs; after a millisecond in
//! which there was nothing to do it doubles the pause, up to 10 ms; while every P is idle it does not look at all, and
//! the first M to start wakes it. Its short pauses are exact: the system would make 70 to 140 µs of 20 ([`Exact`]), and
//! a blocking call costs its P two of them. After Go's `sysmon` and `retake` (`runtime/proc.go`).
//!
//! Blocking calls are what short pauses are for. A slice that ends is no reason for more of them, because each look takes
//! a CPU from those who work: it looks when the slice ends, and then whether that helped ([`Monitor::again`]).
//!
//! Once a second it gives back the memory of stacks that nobody needed of late, as Go's scavenger does; while every P is
//! idle only until there is none left. A program that does nothing wakes nobody.

use std::num::NonZeroU64;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::outside::LAST;
use super::schedtrace::SchedTrace;
use super::{M, P, Sched, preempt};
use crate::goroutine::Status;
use crate::stack::Tidied;
use crate::trace::What;

/// How long a goroutine may run while others wait, in nanoseconds: of CPU time, so that a busy machine does not cut
/// slices short, which would change an order that one P guarantees.
const SLICE: u64 = 10_000_000;
/// How long a goroutine may wait in the kernel while others wait for its P, in nanoseconds.
const BLOCKED: u64 = 1_000_000;
/// How long one who was asked to give way may run on before its thread is stopped, in nanoseconds of CPU time: who calls
/// the library now and then gives way by itself, as soon as its thread has a CPU.
const ASKED: u64 = 5_000;
/// The shortest pause between two looks, and the longest.
const PAUSE: (Duration, Duration) = (Duration::from_micros(20), Duration::from_millis(10));
/// Looks without anything to do before the pause grows.
const PATIENCE: u32 = 50;

/// How often it looks whether those whose P was taken are still in their blocking call, in nanoseconds: asking the
/// kernel costs some 10 µs each.
const STRAYS: u64 = 1_000_000;

/// How often a trace is told how the scheduler stands, in nanoseconds.
const TELL: u64 = 10_000_000;

/// From one round of giving back stacks to the next, and between the calls of one round, in nanoseconds.
const TIDY: u64 = 1_000_000_000;
const TIDY_ON: u64 = 1_000_000;

/// How long goroutines of a runtime that ends have to reach the library by themselves before they are stopped where they
/// are, in nanoseconds.
const GRACE: u64 = 100_000_000;

/// How many looks it takes, once main has returned, to see that whoever is still there sleeps.
const LAST_LOOKS: u32 = 100;

/// How long to wait before the next look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pause {
    /// So long.
    For(Duration),
    /// Until somebody calls, but no longer than this, if anything.
    UntilCalled(Option<Duration>),
}

/// While it lives, this thread's short waits end in time: by default Linux may end a wait 50 µs late, to wake its CPU
/// less often. Only while the monitor waits, since threads inherit the setting from those that make them.
pub(super) struct Exact {
    before: Option<NonZeroU64>,
}

impl Exact {
    /// Changes nothing for long waits.
    pub(super) fn for_a(pause: Duration, monitor: &Monitor) -> Option<Exact> {
        if pause > PAUSE.0 {
            return None;
        }
        let before = Some(monitor.slack?);
        rustix::thread::set_current_timer_slack(NonZeroU64::new(1)).ok()?;
        Some(Exact { before })
    }
}

impl Drop for Exact {
    fn drop(&mut self) {
        // It was set a moment ago: it can be set again.
        let _ = rustix::thread::set_current_timer_slack(self.before);
    }
}

/// What the monitor remembers of one P.
#[derive(Clone, Copy, Default)]
struct Seen {
    tick: u32,
    since: u64,
    /// CPU time of the M's thread then.
    cpu: u64,
    /// The same when it was last asked to give way.
    asked: u64,
}

/// What there was of goroutines whose P was taken from them in a call that they had not announced.
#[derive(Default)]
struct Strays {
    /// There are some: they may come back from that call and compute on.
    any: bool,
    /// Some had come back, and were stopped.
    stopped: bool,
}

/// The monitor's memory.
#[derive(Default)]
pub(super) struct Monitor {
    seen: Vec<Seen>,
    idle_looks: u32,
    pause: Duration,
    /// When the first slice ends that it knows of.
    slice_ends: u64,
    /// It has to look again after this time: somebody was told to give way.
    again: Option<Duration>,
    /// When it first saw that the runtime ends; 0 before.
    stopping_since: u64,
    /// When it last looked at those who run without a P.
    looked_at_strays: u64,
    /// Whether there was a thread without its P that will not say when its blocking call is over.
    strays: bool,
    /// When it looks after idle stacks next; `None`: they have no memory, and nobody has run since.
    tidy_at: Option<u64>,
    /// How late the system may end this thread's waits, in nanoseconds, as it was set before.
    slack: Option<NonZeroU64>,
    /// What GODEBUG asks for.
    trace: Option<SchedTrace>,
    /// When the trace was last told how the scheduler stands.
    told: Option<u64>,
}

impl Monitor {
    pub(super) fn new() -> Monitor {
        Monitor {
            slack: rustix::thread::current_timer_slack()
                .ok()
                .and_then(NonZeroU64::new),
            trace: SchedTrace::wanted(),
            ..Monitor::default()
        }
    }

    pub(super) fn pause(&mut self, sched: &'static Sched) -> Pause {
        if sched.idle.ps() >= sched.procs()
            && sched.without_p.load(Ordering::Relaxed) == 0
            && !sched.outside.load(Ordering::SeqCst)
            && !sched.is_stopping()
            && self.trace.is_none()
        {
            self.idle_looks = 0;
            let wait = |t: u64| Duration::from_nanos(t.saturating_sub(sched.nanos()));
            let until = self.tidy_at.into_iter().chain(sched.due_at_top()).min();
            return Pause::UntilCalled(until.map(wait));
        }
        self.pause = if self.idle_looks == 0 || self.pause.is_zero() {
            PAUSE.0
        } else if self.idle_looks > PATIENCE {
            (self.pause * 2).min(PAUSE.1)
        } else {
            self.pause
        };
        let until = Duration::from_nanos(self.slice_ends.saturating_sub(sched.nanos()));
        let pause = self.pause.min(until.max(PAUSE.0));
        Pause::For(self.again.map_or(pause, |again| pause.min(again)))
    }

    /// Gives back idle stacks if it is time to.
    fn tidy(&mut self, sched: &'static Sched, now: u64) {
        // Somebody has run, or runs: else there would be no look.
        let due = *self.tidy_at.get_or_insert(now + TIDY);
        if now >= due {
            self.tidy_at = match sched.tidy_stacks() {
                Tidied::Partly => Some(sched.nanos() + TIDY_ON),
                Tidied::Round => Some(now + TIDY),
                Tidied::Wholly => None,
            };
        }
    }

    /// One look at everything.
    pub(super) fn look(&mut self, sched: &'static Sched) {
        let now = sched.nanos();
        (self.slice_ends, self.again) = (u64::MAX, None);
        sched.coarse.store(now, Ordering::Relaxed);
        sched.make_threads();
        self.report(sched, now);
        if sched.is_stopping() {
            self.hasten(sched, now);
            return;
        }
        sched.look_outside();
        sched.collect_parked();
        let mut acted = sched.poll_if_late(now);
        for p in sched.all_ps() {
            acted |= self.look_at(sched, p, now);
        }
        acted |= self.look_at_strays(sched, now);
        if sched.first_due().is_some_and(|t| t <= now) {
            sched.wake_one();
        }
        self.tidy(sched, now);
        self.idle_looks = if acted {
            0
        } else {
            self.idle_looks.saturating_add(1)
        };
    }

    /// Says how the scheduler stands, to all who asked for it and whose time it is.
    fn report(&mut self, sched: &'static Sched, now: u64) {
        if sched.is_traced() && now.saturating_sub(*self.told.get_or_insert(now)) >= TELL {
            self.told = Some(now);
            sched.tell_line();
        }
        if let Some(trace) = &mut self.trace {
            trace.tick(sched, now);
        }
        if !sched.is_stopping() {
            sched.tell_top(now);
        }
    }

    /// The runtime ends: lets those who were stopped reach the library, and after a while stops those who do not.
    fn hasten(&mut self, sched: &'static Sched, now: u64) {
        if self.stopping_since == 0 {
            self.stopping_since = now;
        }
        if now - self.stopping_since < GRACE {
            sched.let_all_go();
        } else {
            sched.stop_those_who_run();
        }
    }

    /// Whether the goroutine on this P has blocked or has run for its slice, and what is done about it: the P goes to
    /// another M, or the goroutine is asked to give way, and stopped if that does not help. Says whether a P was taken.
    fn look_at(&mut self, sched: &'static Sched, p: &'static P, now: u64) -> bool {
        if self.seen.len() <= p.id {
            self.seen.resize(p.id + 1, Seen::default());
        }
        let seen = &mut self.seen[p.id];
        let Some(m) = p.holder() else {
            *seen = Seen::default();
            return false;
        };
        let tick = p.tick.load(Ordering::Relaxed);
        if seen.tick != tick || seen.since == 0 {
            *seen = Seen {
                tick,
                since: now,
                cpu: m.stop.cpu_time(),
                asked: 0,
            };
            self.slice_ends = self.slice_ends.min(now + SLICE);
            return false;
        }
        if m.in_syscall() {
            // Announced: one look without a return is enough, if anybody could use the P.
            return sched.somebody_waits(p, now) && sched.take_from_blocked(m, p);
        }
        let held = now.saturating_sub(seen.since);
        if held < SLICE {
            self.slice_ends = self.slice_ends.min(seen.since + SLICE);
        }
        if held < BLOCKED || !sched.somebody_waits(p, now) {
            return false;
        }
        let cpu = m.stop.cpu_time();
        let ran = cpu.saturating_sub(seen.cpu);
        if ran < SLICE {
            // Where it did not run all that time it blocks, or the machine is busy and its thread waits for a CPU. A short
            // wait for the disk or for memory is none of the program's doing, and changes no order.
            let blocks = match held {
                ..SLICE => ran < held / 2 && m.stop.waits(),
                _ => m.stop.sleeps(),
            };
            return blocks && sched.take_from_blocked(m, p);
        }
        self.again = Some(PAUSE.0);
        if !m.is_asked() {
            seen.asked = cpu;
            sched.ask(m, p);
        } else if cpu.saturating_sub(seen.asked) >= ASKED {
            m.stop.want();
        } else if m.stop.sleeps() {
            return sched.take_from_blocked(m, p);
        } else {
            // Its thread waits for a CPU.
            self.again = Some(Duration::from_nanos(BLOCKED));
        }
        false
    }

    /// Looks now and then at those who run, or block, without a P. Says whether anybody was stopped.
    fn look_at_strays(&mut self, sched: &'static Sched, now: u64) -> bool {
        let mut acted = false;
        if sched.without_p.load(Ordering::Relaxed) == 0 {
            self.strays = false;
        } else if now.saturating_sub(self.looked_at_strays) > STRAYS {
            self.looked_at_strays = now;
            let strays = sched.stop_strays();
            self.strays = strays.any;
            acted = strays.stopped;
        }
        if self.strays && sched.idle.ps() < sched.procs() {
            // Whoever comes back from such a call runs beside those who have the Ps, until this is seen.
            let soon = Duration::from_nanos(STRAYS);
            self.again = Some(self.again.map_or(soon, |again| again.min(soon)));
        }
        acted
    }
}

impl Sched {
    /// Whether anybody could use this P.
    fn somebody_waits(&'static self, p: &'static P, now: u64) -> bool {
        self.global_len.load(Ordering::Acquire) > 0
            || !p.queue.is_empty()
            || self.first_timer().is_some_and(|t| t <= now)
            || self.all_ps().any(|p| p.queue.len() > 1)
    }

    /// Gives back what idle Ps have at hand, and of what the pool has some that nobody needed of late.
    fn tidy_stacks(&'static self) -> Tidied {
        let Some(pool) = self.p(0).local.lock().pool.clone() else {
            return Tidied::Wholly;
        };
        for p in self.ps_ever() {
            // If somebody takes it meanwhile, he finds the stacks in the pool.
            if p.holder().is_none() {
                p.local.lock().stacks.flush(&pool);
            }
        }
        pool.tidy()
    }

    /// Asks the goroutine that runs on this P to give way.
    pub(super) fn ask(&'static self, m: &'static M, p: &'static P) {
        let _state = self.state.lock();
        if p.holder().is_some_and(|h| std::ptr::eq(h, m)) {
            m.ask();
        }
    }

    /// Takes the P of a thread that is in the kernel, not in the runtime's own code, and gives it to another.
    pub(super) fn take_from_blocked(&'static self, m: &'static M, p: &'static P) -> bool {
        let state = self.state.lock();
        let taken = self.drop_p_of_blocked(m, p);
        if let Some(p) = taken {
            self.start_m(state, p, false);
        }
        taken.is_some()
    }

    /// Takes the P of a thread that is in a call it announced (`syscall.rs`), or in the kernel (`preempt.rs`). Under the
    /// state's lock.
    pub(super) fn drop_p_of_blocked(
        &'static self,
        m: &'static M,
        p: &'static P,
    ) -> Option<&'static P> {
        if m.is_taken() {
            return None;
        }
        let announced = m.call.take();
        m.set_taken(true);
        let free = announced
            || preempt::barrier()
            && !m.is_critical()
            // One that has begun a call since: the next look takes it the other way.
            && !m.in_syscall()
            && m.running().is_some()
            && p.holder().is_some_and(|h| std::ptr::eq(h, m))
            && !self.is_stopping();
        if !free {
            m.set_taken(false);
            return None;
        }
        self.without_p.fetch_add(1, Ordering::Relaxed);
        self.tell(m.running(), Some(m), Some(p), What::Retake);
        m.set_former(p);
        p.taken.fetch_add(1, Ordering::Relaxed);
        m.drop_p()
    }

    /// Threads that wait in the signal's handler: their Ps go to others, their goroutines to the global queue.
    pub(super) fn collect_parked(&'static self) {
        loop {
            let mut state = self.state.lock();
            let Some(m) = state.ms.iter().copied().find(|m| m.stop.is_parked()) else {
                return;
            };
            let (p, Some(g)) = (m.drop_p(), m.running()) else {
                // Cannot be: the handler parks only where a goroutine runs.
                m.stop.set_seen();
                m.stop.let_go();
                continue;
            };
            m.settle();
            if let Some(p) = p {
                p.preempted.fetch_add(1, Ordering::Relaxed);
            }
            self.tell(Some(g), Some(m), p, What::Preempt);
            self.tell(Some(g), Some(m), None, What::Stay);
            m.stop.set_seen();
            g.lock_to(Some(m.id()));
            g.set_status(Status::Runnable);
            self.global_put_locked(&mut state, g);
            state.locked_ms.push(m);
            match p {
                Some(p) => self.start_m(state, p, false),
                None => {
                    drop(state);
                    self.wake_one();
                }
            }
        }
    }

    /// Goroutines whose blocking call is over and that compute on without a P: their threads are stopped. Not those that
    /// have announced their call: they say when it is over.
    fn stop_strays(&'static self) -> Strays {
        let state = self.state.lock();
        let mut strays = Strays::default();
        for m in &state.ms {
            if m.is_taken() && !m.in_syscall() {
                strays.any = true;
                if !m.is_critical() && !m.stop.sleeps() {
                    m.stop.want();
                    strays.stopped = true;
                }
            }
        }
        strays
    }

    /// The runtime ends: threads that were stopped go on, with or without a P, until they reach the library and leave.
    pub(super) fn let_all_go(&'static self) {
        for m in &self.state.lock().ms {
            m.stop.let_go();
        }
    }

    /// Main has returned, and nobody waits for the others: if somebody computes on, another thread sees to it that they stop.
    pub(super) fn see_off(&'static self, home: u64) {
        // A thread that was stopped may hold a lock of the program, or the allocator's.
        if self.hurry(home, false) == Some(true) {
            let start = std::thread::Builder::new().name(LAST.to_string());
            // Without it they go on until they reach the library.
            let _ = start.spawn(move || {
                let mut asleep = 0;
                for looks in 0_u64.. {
                    std::thread::sleep(PAUSE.1);
                    match self.hurry(home, looks * PAUSE.1.as_nanos() as u64 >= GRACE) {
                        Some(true) => asleep = 0,
                        // In calls of the system's that end one day, or never.
                        Some(false) if asleep < LAST_LOOKS => asleep += 1,
                        _ => return,
                    }
                }
            });
        }
    }

    /// Lets those go who were stopped or, once it is time to insist, stops those who compute for good. Says whether there
    /// are any; `None` if the runtime is cleared up, and the scheduler another one's, perhaps.
    fn hurry(&'static self, home: u64, insist: bool) -> Option<bool> {
        let state = self.state.lock();
        if self.home.load(Ordering::Acquire) != home {
            return None;
        }
        let mut any = false;
        for m in &state.ms {
            if insist {
                m.stop.leave();
            } else {
                m.stop.let_go();
            }
            if m.running().is_some() && !m.is_critical() && !m.stop.sleeps() {
                any = true;
                if insist {
                    m.stop.want();
                }
            }
        }
        Some(any)
    }

    /// The runtime ends: threads that compute outside of the library are stopped and leave; who sleeps is called.
    fn stop_those_who_run(&'static self) {
        for m in &self.state.lock().ms {
            m.stop.leave();
            if m.running().is_some() && !m.is_critical() && !m.stop.sleeps() {
                m.stop.want();
            }
        }
    }
}
