//! `GODEBUG=schedtrace=N,scheddetail=1`: a line about the whole scheduler every N milliseconds, in Go's shape.
//!
//! The monitor writes it.

use std::fmt::Write as _;
use std::sync::atomic::Ordering;

use super::{Sched, State};
use crate::godebug;
use crate::goroutine::{G, Status, WaitReason};
use crate::stderr;
use crate::trace::{Line, What};

/// What the environment asks for, and when it was last done.
pub(super) struct SchedTrace {
    /// Nanoseconds between two lines.
    every: u64,
    detailed: bool,
    /// Of the runtime's clock; 0 before the first.
    first: u64,
    last: u64,
}

impl SchedTrace {
    /// `None` unless the environment asks for it.
    pub(super) fn wanted() -> Option<SchedTrace> {
        let millis = godebug::value("schedtrace").filter(|&n| n > 0)?;
        Some(SchedTrace {
            every: u64::try_from(millis).ok()?.saturating_mul(1_000_000),
            detailed: godebug::value("scheddetail").is_some_and(|n| n > 0),
            first: 0,
            last: 0,
        })
    }

    /// Writes it if it is time.
    pub(super) fn tick(&mut self, sched: &'static Sched, now: u64) {
        if self.first == 0 {
            self.first = now;
        } else if now - self.last < self.every {
            return;
        }
        self.last = now;
        let text = sched.schedtrace((now - self.first) / 1_000_000, self.detailed);
        stderr::write(&text);
    }
}

/// A number, or Go's word for none.
fn or_nil(n: Option<impl ToString>) -> String {
    n.map_or_else(|| "nil".to_string(), |n| n.to_string())
}

impl Sched {
    fn schedtrace(&'static self, millis: u64, detailed: bool) -> String {
        let state = self.state.lock();
        let line = self.line(&state, millis);
        if !detailed {
            return line.whole();
        }
        let mut out = line.head();
        self.details(&state, &mut out);
        out
    }

    fn line(&'static self, state: &State, millis: u64) -> Line {
        let ps = self.all_ps();
        Line {
            millis,
            procs: self.procs(),
            idle_procs: state.idle_ps.len(),
            threads: state.ms.len() + 1,
            spinning: self.idle.spinning(),
            idle_threads: state.idle_ms.len(),
            global: state.global.len(),
            ps: ps
                .map(|p| (p.queue.look().1.len(), p.tick.load(Ordering::Relaxed)))
                .collect(),
        }
    }

    /// The same for the trace.
    pub(super) fn tell_line(&'static self) {
        let line = self.line(&self.state.lock(), 0);
        let sched = What::Sched {
            idle_procs: line.idle_procs,
            threads: line.threads,
            spinning: line.spinning,
            idle_threads: line.idle_threads,
            global: line.global,
        };
        self.tell(None, None, None, sched);
        for (p, (len, ran)) in self.all_ps().zip(line.ps) {
            self.tell(None, None, Some(p), What::Queue { len, ran });
        }
    }

    fn details(&'static self, state: &State, out: &mut String) {
        let asleep = u8::from(self.monitor_sleeps.load(Ordering::Relaxed));
        let _ = writeln!(
            out,
            " gcwaiting=false nmidlelocked={} stopwait=0 sysmonwait={}",
            state.locked_ms.len(),
            asleep != 0
        );
        for p in self.all_ps() {
            let m = p.holder();
            let _ = writeln!(
                out,
                "  P{}: status={} schedtick={} syscalltick={} m={} runqsize={} gfreecnt={} timerslen={}",
                p.id,
                u8::from(m.is_some()),
                p.tick.load(Ordering::Relaxed),
                p.taken.load(Ordering::Relaxed),
                or_nil(m.map(super::M::id)),
                p.queue.look().1.len(),
                p.local.lock().free.len(),
                p.timer_count(),
            );
        }
        for m in state.ms.iter().rev() {
            let g = m.running();
            let _ = writeln!(
                out,
                "  M{}: p={} curg={} mallocing=0 throwing=0 preemptoff= locks={} dying=0 spinning={} blocked={} lockedg={}",
                m.id(),
                or_nil(m.p().map(|p| p.id)),
                or_nil(g.map(G::id)),
                u8::from(m.is_critical()),
                m.spinning.load(Ordering::Relaxed),
                state.idle_ms.iter().any(|x| std::ptr::eq(*x, *m)),
                or_nil(g.filter(|g| g.is_wired()).map(G::id)),
            );
        }
        for g in &state.all {
            let m = state
                .ms
                .iter()
                .find(|m| m.running().is_some_and(|r| r == *g));
            let status = match g.status() {
                Status::Dead => 6,
                Status::Runnable => 1,
                Status::Running if m.is_some_and(|m| m.in_syscall()) => 3,
                Status::Running => 2,
                Status::Waiting => 4,
            };
            let reason = if status == 4 {
                g.wait_reason()
            } else {
                WaitReason::None
            };
            let _ = writeln!(
                out,
                "  G{}: status={status}({}) m={} lockedm={}",
                g.id(),
                reason.as_str(),
                or_nil(m.map(|m| m.id())),
                or_nil(
                    m.filter(|_| g.is_wired())
                        .map(|m| m.id())
                        .or_else(|| g.locked_to())
                ),
            );
        }
    }
}
