//! A watch over an exploration while its caller waits for it: one that makes no step any more is given up.
//!
//! A goroutine in a loop without an operation of this library, or one that waits for a lock of std's which another goroutine
//! of the same thread has, never comes back, and nothing can make it. Its thread is left where it stands, with all that it
//! has, and the caller gets a report that says who it was and where it was seen last.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::report::{Failure, Kind, Report};
use super::schedule::Schedule;
use super::story::Story;
use crate::lab::{Exploration, Pulse};
use crate::tid::Tid;

/// How long a goroutine may run without a step: of CPU time if it computes, else of time.
const SILENCE: Duration = Duration::from_secs(10);
/// How often it is looked at in that time.
pub(super) const LOOKS: u32 = 10;

thread_local! {
    /// Of the exploration that this thread makes: who waits for another one on it lives.
    static OWN: Cell<Option<&'static Pulse>> = const { Cell::new(None) };
}

/// What is seen of an exploration from outside.
pub(super) struct Guard {
    thread: Tid,
    pulse: OnceLock<&'static Pulse>,
    /// Schedules that have run.
    pub(super) ran: AtomicUsize,
}

impl Guard {
    /// The exploration is made by this thread.
    pub(super) fn here(&self, x: &Exploration) {
        self.thread.here();
        let _ = self.pulse.set(x.pulse());
        OWN.set(Some(x.pulse()));
    }

    fn beat(&self) -> u64 {
        self.pulse.get().map_or(0, |p| p.beat())
    }
}

/// Explores on a thread of its own, and waits for the report. (Who is abandoned in the middle of its unwinding leaves a
/// thread's count of panics as it is.)
pub(super) fn guarded(explore: impl FnOnce(&Guard) -> Report + Send + 'static) -> Report {
    let guard = Arc::new(Guard {
        thread: Tid::none(),
        pulse: OnceLock::new(),
        ran: AtomicUsize::new(0),
    });
    let (tell, told) = mpsc::channel();
    let seen = guard.clone();
    let thread = std::thread::spawn(move || {
        let report = catch_unwind(AssertUnwindSafe(|| explore(&seen)));
        // Nobody waits any more for one that was given up.
        let _ = tell.send(report);
    });
    let debugged = std::env::var_os("GOSCHEDULE").is_some();
    let mut silence = Silence::of(SILENCE);
    loop {
        match told.recv_timeout(SILENCE / LOOKS) {
            Ok(report) => {
                let ended = thread.join();
                debug_assert!(ended.is_ok());
                return report.unwrap_or_else(|panic| resume_unwind(panic));
            }
            Err(RecvTimeoutError::Disconnected) => unreachable!("it tells before it ends"),
            Err(RecvTimeoutError::Timeout) => {}
        }
        if let Some(own) = OWN.get() {
            own.touch();
        }
        // In a debugger somebody may stand somewhere for an hour.
        if silence.look(guard.beat(), guard.thread.cpu_time(), guard.thread.sleeps()) && !debugged {
            return given_up(&guard);
        }
    }
}

fn given_up(guard: &Guard) -> Report {
    let ran = guard.ran.load(Ordering::Relaxed) + 1;
    let message = guard.pulse.get().map_or_else(String::new, |p| {
        said(p, SILENCE, "")
            + ". Its thread was left behind, and goes on for as long as the process does"
    });
    Report {
        ran,
        distinct: ran,
        failed: 1,
        exhausted: false,
        failure: Some(Failure {
            kind: Kind::StepLimit,
            schedule: Schedule::default(),
            preemptions: 0,
            steps: 0,
            output: String::new(),
            message,
            blocked: Vec::new(),
            story: Arc::new(Story::default()),
        }),
        first: Some(ran),
        notes: Vec::new(),
    }
}

/// Who makes no step any more, and where it was seen last; `stands`: where it stands, if that is known.
pub(super) fn said(pulse: &Pulse, silence: Duration, stands: &str) -> String {
    let (who, at) = pulse.place();
    let name = match who {
        1 => "main".to_string(),
        n => format!("goroutine {n}"),
    };
    let place = match at {
        Some(at) => format!("its last operation was at {}:{}", at.file(), at.line()),
        None => "it has not come to its first operation".to_string(),
    };
    format!(
        "{name} has run for {} s without an operation of this library; {place}.{stands} It is in a loop that never lets \
         others run, or waits in a call that this library does not know of",
        silence.as_secs()
    )
}

/// How long there was no step, as a watchdog sees it.
///
/// On a busy machine a program may get no CPU for seconds: that says nothing of it. So a look counts only if the program
/// has computed since the last one for as long as it takes to be sure, or sleeps in the kernel. Looks are counted, not
/// time, since the watchdog comes late as well.
pub(super) struct Silence {
    most: Duration,
    beat: u64,
    /// The CPU time that the program had used at the last step that was seen, in nanoseconds.
    cpu: u64,
    asleep: u32,
}

impl Silence {
    /// So long is too long.
    pub(super) fn of(most: Duration) -> Silence {
        Silence {
            most,
            beat: 0,
            cpu: 0,
            asleep: 0,
        }
    }

    /// `true`: it is stuck.
    pub(super) fn look(&mut self, beat: u64, cpu: u64, asleep: bool) -> bool {
        if beat != self.beat {
            *self = Silence {
                beat,
                cpu,
                asleep: 0,
                ..*self
            };
            return false;
        }
        self.asleep = if asleep { self.asleep + 1 } else { 0 };
        self.asleep >= LOOKS || u128::from(cpu.saturating_sub(self.cpu)) >= self.most.as_nanos()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether it is ever found stuck in these looks.
    fn is_stuck(looks: impl IntoIterator<Item = (u64, Duration, bool)>) -> bool {
        let mut silence = Silence::of(2 * SECOND);
        looks.into_iter().any(|(beat, cpu, asleep)| {
            let cpu = u64::try_from(cpu.as_nanos()).expect("a short time");
            silence.look(beat, cpu, asleep)
        })
    }

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn who_gets_no_cpu_is_not_stuck() {
        assert!(!is_stuck((0..1_000).map(|i| (
            7,
            SECOND + i * SECOND / 600,
            false
        ))));
        // It is on its way into the kernel and out again: no look sees it asleep ten times in a row.
        assert!(!is_stuck((0..1_000).map(|i| (7, SECOND, i % 10 != 0))));
    }

    #[test]
    fn who_computes_or_sleeps_without_a_step_is_stuck() {
        assert!(is_stuck((0..30).map(|i| (
            7,
            SECOND + i * SECOND / 10,
            false
        ))));
        assert!(is_stuck((0..20).map(|_| (7, SECOND, true))));
    }

    #[test]
    fn who_makes_steps_is_not_stuck() {
        assert!(!is_stuck((0..1_000).map(|i| (
            u64::from(i),
            i * SECOND,
            true
        ))));
    }
}
