//! sysmon: watches from outside, without a P, and takes Ps away from goroutines that keep them too long.
//!
//! It runs on the thread that called `run`, which would only wait otherwise. It looks every 20 µs; after a millisecond in
//! which there was nothing to do it doubles the pause, up to 10 ms; while every P is idle it does not look at all, and
//! the first M to start wakes it. After Go's `sysmon` and `retake` (`runtime/proc.go`).

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::schedtrace::SchedTrace;
use super::{M, P, Sched, preempt};
use crate::goroutine::Status;

/// How long a goroutine may run while others wait, in nanoseconds: of CPU time, so that a busy machine does not cut
/// slices short, which would change an order that one P guarantees.
const SLICE: u64 = 10_000_000;
/// The shortest pause between two looks, and the longest.
const PAUSE: (Duration, Duration) = (Duration::from_micros(20), Duration::from_millis(10));
/// Looks without anything to do before the pause grows.
const PATIENCE: u32 = 50;

/// How often it looks whether those whose P was taken are still in their blocking call, in nanoseconds: asking the
/// kernel costs some 10 µs each.
const STRAYS: u64 = 1_000_000;

/// How long goroutines of a runtime that ends have to reach the library by themselves before they are stopped where they
/// are, in nanoseconds.
const GRACE: u64 = 100_000_000;

/// What the monitor remembers of one P.
#[derive(Clone, Copy, Default)]
struct Seen {
    tick: u32,
    since: u64,
    /// CPU time of the M's thread then.
    cpu: u64,
    asked: bool,
}

/// The monitor's memory.
#[derive(Default)]
pub(super) struct Monitor {
    seen: Vec<Seen>,
    idle_looks: u32,
    pause: Duration,
    /// When it first saw that the runtime ends; 0 before.
    stopping_since: u64,
    /// When it last looked at those who run without a P.
    looked_at_strays: u64,
    /// What GODEBUG asks for.
    trace: Option<SchedTrace>,
}

impl Monitor {
    pub(super) fn new() -> Monitor {
        Monitor {
            trace: SchedTrace::wanted(),
            ..Monitor::default()
        }
    }

    /// How long to wait before the next look; `None`: until somebody calls.
    pub(super) fn pause(&mut self, sched: &'static Sched) -> Option<Duration> {
        if sched.idle_p_count.load(Ordering::SeqCst) >= sched.procs()
            && sched.without_p.load(Ordering::Relaxed) == 0
            && !sched.is_stopping()
            && self.trace.is_none()
        {
            self.idle_looks = 0;
            return None;
        }
        self.pause = if self.idle_looks == 0 || self.pause.is_zero() {
            PAUSE.0
        } else if self.idle_looks > PATIENCE {
            (self.pause * 2).min(PAUSE.1)
        } else {
            self.pause
        };
        Some(self.pause)
    }

    /// One look at everything.
    pub(super) fn look(&mut self, sched: &'static Sched) {
        let now = sched.nanos();
        sched.coarse.store(now, Ordering::Relaxed);
        sched.make_threads();
        if let Some(trace) = &mut self.trace {
            trace.tick(sched, now);
        }
        if sched.is_stopping() {
            if self.stopping_since == 0 {
                self.stopping_since = now;
            }
            if now - self.stopping_since < GRACE {
                sched.let_all_go();
            } else {
                sched.stop_those_who_run();
            }
            return;
        }
        let mut acted = sched.collect_parked();
        acted |= sched.poll_if_late(now);
        for p in sched.all_ps() {
            if self.seen.len() <= p.id {
                self.seen.resize(p.id + 1, Seen::default());
            }
            let seen = &mut self.seen[p.id];
            let Some(m) = p.holder() else {
                *seen = Seen::default();
                continue;
            };
            let tick = p.tick.load(Ordering::Relaxed);
            if seen.tick != tick || seen.since == 0 {
                *seen = Seen {
                    tick,
                    since: now,
                    cpu: m.stop.cpu_time(),
                    asked: false,
                };
                continue;
            }
            if m.in_syscall() {
                // Announced: one look without a return is enough, if anybody could use the P.
                if sched.somebody_waits(p, now) {
                    acted |= sched.take_from_blocked(m, p);
                }
                continue;
            }
            if now.saturating_sub(seen.since) < SLICE || !sched.somebody_waits(p, now) {
                continue;
            }
            if m.stop.cpu_time().saturating_sub(seen.cpu) < SLICE {
                // It did not run all that time: it blocks, or the machine is busy and its thread waits for a CPU.
                if m.stop.sleeps() {
                    acted |= sched.take_from_blocked(m, p);
                }
                continue;
            }
            acted = true;
            if seen.asked {
                m.stop.want();
            } else {
                seen.asked = true;
                m.ask();
            }
        }
        if sched.without_p.load(Ordering::Relaxed) > 0
            && now.saturating_sub(self.looked_at_strays) > STRAYS
        {
            self.looked_at_strays = now;
            acted |= sched.stop_strays();
        }
        if sched.first_due().is_some_and(|t| t <= now) {
            sched.wake_one();
        }
        self.idle_looks = if acted {
            0
        } else {
            self.idle_looks.saturating_add(1)
        };
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

    /// Takes the P of a thread that is in the kernel, not in the runtime's own code.
    pub(super) fn take_from_blocked(&'static self, m: &'static M, p: &'static P) -> bool {
        let state = self.state.lock();
        if m.is_taken() {
            return false;
        }
        m.set_taken(true);
        let free = preempt::barrier()
            && !m.is_critical()
            && m.running().is_some()
            && p.holder().is_some_and(|h| std::ptr::eq(h, m))
            && !self.is_stopping();
        if !free {
            m.set_taken(false);
            return false;
        }
        self.without_p.fetch_add(1, Ordering::Relaxed);
        if let Some(p) = m.drop_p() {
            m.set_former(p);
            p.taken.fetch_add(1, Ordering::Relaxed);
            self.start_m(state, p, false);
        }
        true
    }

    /// Threads that wait in the signal's handler: their Ps go to others, their goroutines to the global queue.
    pub(super) fn collect_parked(&'static self) -> bool {
        let mut any = false;
        loop {
            let mut state = self.state.lock();
            let Some(m) = state.ms.iter().copied().find(|m| m.stop.is_parked()) else {
                return any;
            };
            any = true;
            let (p, Some(g)) = (m.drop_p(), m.running()) else {
                // Cannot be: the handler parks only where a goroutine runs.
                m.stop.set_seen();
                m.stop.let_go();
                continue;
            };
            m.settle();
            m.stop.set_seen();
            g.lock_to(Some(m.id()));
            g.set_status(Status::Runnable);
            state.global.push_back(g);
            self.global_len.store(state.global.len(), Ordering::Release);
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

    /// Goroutines whose blocking call is over and that compute on without a P: their threads are stopped.
    fn stop_strays(&'static self) -> bool {
        let state = self.state.lock();
        let mut any = false;
        for m in &state.ms {
            if m.is_taken() && !m.is_critical() && !m.stop.sleeps() {
                m.stop.want();
                any = true;
            }
        }
        any
    }

    /// The runtime ends: threads that were stopped go on, with or without a P, until they reach the library and leave.
    pub(super) fn let_all_go(&'static self) {
        for m in &self.state.lock().ms {
            m.stop.let_go();
        }
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
